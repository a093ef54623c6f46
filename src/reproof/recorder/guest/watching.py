"""Turns what Python's audit hooks tell of this process into notes; loaded only where the shim does not see it."""

import os
import sys
from posix import stat
from time import time

MYPY = False  # True for the type checker alone: `typing` is too slow to import here
if MYPY:
    from typing import Any, Callable, Optional

    from .hook import Log

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """Turns audit events into notes, each file once."""

    def __init__(self, log: "Log", guest: str) -> None:
        self.log = log
        self.ignored = (os.path.dirname(guest) + "/", os.path.dirname(log.folder) + "/", "/proc/", "/sys/", "/dev/")
        self.read: set[str] = set()
        self.written: set[str] = set()
        self.other: set[tuple[Any, ...]] = set()

    def handlers(self) -> "dict[str, Callable[[tuple[Any, ...]], None]]":
        """Return what to do at which audit event."""
        return {
            "open": self.opened,
            "os.mkdir": self.made,
            "os.rename": self.renamed,
            "os.link": self.renamed,
            "os.symlink": lambda args: self.note("w", args[1], args[2]),
            "os.truncate": lambda args: self.note("w", args[0], -1),
            "import": self.imported,
            "subprocess.Popen": lambda args: self.executed(args[0], args[1], args[3], args[2]),
            "os.exec": lambda args: self.executed(args[0], args[1], args[2], None),
            "os.posix_spawn": lambda args: self.executed(args[0], args[1], args[2], None),
            "os.system": lambda args: self.executed("/bin/sh", (), None, None),
        }

    def opened(self, args: "tuple[Any, ...]") -> None:
        path, _, flags = args
        if path.__class__ is not str:
            path = _text(path)
            if path is None:
                return
        if path[:1] != "/":
            path = os.getcwd() + "/" + path
        writes = flags & _WRITES if flags.__class__ is int else 0
        seen = self.written if writes else self.read
        if path in seen or path.startswith(self.ignored):
            return
        try:
            status = stat(path)
            identity = "{} {} {}".format(status.st_size, status.st_mtime_ns, status.st_mode)
        except OSError:
            if not writes:
                return  # it is not there; should it appear later, that open will be noted
            identity = ""
        seen.add(path)
        self.log.write("o", path, str(flags), identity, repr(time()))

    def made(self, args: "tuple[Any, ...]") -> None:
        """Note a new folder; one that is there already is not made by this call."""
        path = _absolute(args[0], args[2])
        if path is not None and not os.access(path, os.F_OK):
            self.log.write("d", path, repr(time()))

    def renamed(self, args: "tuple[Any, ...]") -> None:
        """A file that is renamed or linked into place is written there."""
        self.note("w", args[1], args[3])

    def note(self, letter: str, path: "Any", folder: "Any") -> None:
        """Note once that a path was written by its name."""
        absolute = _absolute(path, folder)
        if absolute is None or (letter, absolute) in self.other or absolute.startswith(self.ignored):
            return
        self.other.add((letter, absolute))
        self.log.write(letter, absolute, "1" if os.access(absolute, os.F_OK) else "", repr(time()))

    def imported(self, args: "tuple[Any, ...]") -> None:
        """An extension module is loaded by the dynamic linker: this event has its file name, `open` never comes."""
        if args[1].__class__ is str and args[1] not in self.read:
            self.read.add(args[1])
            self.log.write("m", args[1])

    def executed(self, program: "Any", words: "Any", environ: "Any", cwd: "Any") -> None:
        """Note a program that is started, and what would keep a Python there from being watched."""
        name = _text(program)
        path = _find(name, environ, _text(cwd)) if name else None
        options = _options(words)
        kept = "1" if _is_kept(environ) else ""
        if path is None or (path, options, kept) in self.other:
            return
        self.other.add((path, options, kept))
        self.log.write("x", path, options, kept)


def _text(path: "Any") -> "Optional[str]":
    """Return a path as text; None for a descriptor."""
    if hasattr(path, "__fspath__"):
        path = path.__fspath__()
    if isinstance(path, bytes):
        path = path.decode(sys.getfilesystemencoding(), "surrogateescape")
    return path if isinstance(path, str) else None


def _absolute(path: "Any", folder: "Any" = -1) -> "Optional[str]":
    """Return the absolute path of a name in a folder (a descriptor; -1 is the working directory), or None."""
    name = _text(path)
    if name is None or name[:1] == "/":
        return name
    base = os.getcwd() if folder == -1 or folder is None else os.readlink("/proc/self/fd/{}".format(folder))
    return base + "/" + name


def _find(name: str, environ: "Any", cwd: "Optional[str]") -> "Optional[str]":
    """Return the file that will be executed, or None if there is none (a search goes through many)."""
    if "/" in name:
        path = name if name[0] == "/" else _absolute((cwd or ".") + "/" + name)
        return path if path and os.access(path, os.X_OK) else None
    search = (os.environ if environ is None else environ).get("PATH") or os.defpath
    for folder in _text(search).split(":"):  # type: ignore[union-attr]
        path = _absolute((folder or ".") + "/" + name)
        if path and os.access(path, os.X_OK) and not os.path.isdir(path):
            return path
    return None


def _options(words: "Any") -> str:
    """Return the options that directly follow the program's name; what comes later may hold secrets."""
    options = []
    for word in list(words)[1:6] if isinstance(words, (list, tuple)) else ():
        text = _text(word)
        if not text or text[0] != "-" or text[1:2] == "-":
            break
        options.append(text[:8])
    return " ".join(options)


def _is_kept(environ: "Any") -> bool:
    """Say whether a child would still find us."""
    variables = os.environ if environ is None else environ
    return {"REPROOF_RECORD", "PYTHONPATH"} <= {_text(name) for name, value in variables.items() if value}


def _is_ours(error: Exception, log: "Log") -> bool:
    """Say whether an exception arose in our files; a signal handler of the user's may raise in the midst of them."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return True
    where = trace.tb_frame.f_globals
    return where is globals() or where is type(log).write.__globals__ or where.get("__name__") == "os"


def watch(log: "Log", guest: str) -> None:
    """Begin to listen; it cannot be ended."""
    handler_of = Watch(log, guest).handlers().get

    def hook(event: str, args: "tuple[Any, ...]") -> None:
        handler = handler_of(event)
        if handler is not None:
            try:
                handler(args)
            except Exception as error:
                if not _is_ours(error, log):
                    raise

    sys.addaudithook(hook)
