"""The guest in the user's process: notes which files are opened, made, renamed and executed, as it happens.

Where the shim sees these, it only says what this interpreter is, and at exit what is loaded.

Nothing here may raise, print, seed, or import more than the interpreter has already loaded. A note is a few fields,
each ended by NUL, because a path can hold anything else; the first field is a letter that tells how many follow
(`events.py` reads them). Each process appends to its own file, one write for each note, so that notes survive a kill.
"""

import os
import sys
from posix import stat
from time import time

MYPY = False  # True for the type checker alone: `typing` is too slow to import here
if MYPY:
    from typing import Any, Callable, Optional

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_DESCRIPTOR = 1000
"""The log takes a high descriptor if it can, so that the user's files keep the numbers that they always had."""


class Log:
    """The log of this process, opened again when the process is a fork's child or somebody closed it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.pid = 0
        self.descriptor = -1
        self.inode = -1

    def write(self, *fields: str) -> None:
        """Append one note or several."""
        data = ("\0".join(fields) + "\0").encode("utf-8", "surrogateescape")
        if self.pid != os.getpid() or not self.is_open():
            self.open()
        os.write(self.descriptor, data)

    def is_open(self) -> bool:
        """Say whether the descriptor is still ours: a program that closes all of them may have used it again."""
        try:
            return os.fstat(self.descriptor).st_ino == self.inode
        except OSError:
            return False

    def open(self) -> None:
        """Open the log of this process, on a descriptor that is out of the way."""
        pid = os.getpid()
        forked = self.pid and self.pid != pid
        if self.pid != pid:
            self.path = "{}/{}-{:x}.log".format(self.folder, pid, int(time() * 1e6))
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.inode = os.fstat(descriptor).st_ino
        if forked and self.descriptor >= 0 and self.descriptor != descriptor:
            os.dup2(descriptor, self.descriptor, inheritable=False)
            os.close(descriptor)
        else:
            self.descriptor = _move(descriptor)
        if forked:
            os.write(self.descriptor, "f\0{}\0{!r}\0".format(self.pid, time()).encode())
        self.pid = pid


def _move(descriptor: int) -> int:
    """Return the descriptor under a high number, or as it is if that number is taken or not allowed."""
    try:
        os.fstat(_DESCRIPTOR)
    except OSError:
        try:
            os.dup2(descriptor, _DESCRIPTOR, inheritable=False)
        except OSError:
            return descriptor
        os.close(descriptor)
        return _DESCRIPTOR
    return descriptor


class Watch:
    """Turns audit events into notes, each file once."""

    def __init__(self, log: Log, guest: str) -> None:
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


_start: "dict[str, Any]" = {}
"""What this interpreter was at its start, and where the rest of the guest lies."""
_done: "set[int]" = set()


def _load(name: str) -> "dict[str, Any]":
    """Return what is in another file of the guest, without a module that the user's program could see."""
    path = "{}/{}.py".format(_start["guest"], name)
    content: dict[str, Any] = {"__name__": name, "__file__": path}
    exec(_start["loader"](name, path).get_code(name), content)
    return content


def _ended(log: Log) -> None:
    """Write down at exit, once in each process, what only shows then."""
    try:
        if os.getpid() in _done:
            return
        _done.add(os.getpid())
        _load("ending")["write_ending"](log, _start, _load)
    except Exception:
        pass


def _follow_forks(log: Log) -> None:
    """Children of multiprocessing end by os._exit, where no atexit function runs, but their finalizers do."""
    registered: list[bool] = []

    def before() -> None:
        try:
            _start["forks"] += 1
            util = sys.modules.get("multiprocessing.util")
            if util is not None and not registered:
                registered.append(True)
                util.register_after_fork(log, lambda log: util.Finalize(None, _ended, (log,), exitpriority=-1000))
        except Exception:
            pass

    if hasattr(os, "register_at_fork"):  # since 3.7
        os.register_at_fork(before=before)


def _is_ours(error: Exception) -> bool:
    """Say whether an exception arose in this file; a signal handler of the user's may raise in the midst of it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is None or trace.tb_frame.f_globals is globals() or trace.tb_frame.f_globals.get("__name__") == "os"


_QUESTION = "/dev/null/reproof"
_SEEN = 114
"""The shim answers this to an open of that; without it, the path names no folder."""


def _is_seen() -> bool:
    """Say whether the shim sees what this interpreter opens: it may be linked so that it cannot."""
    try:
        os.close(os.open(_QUESTION, os.O_RDONLY))
    except OSError as error:
        return error.errno == _SEEN
    return False


def _hide(library: str) -> None:
    """Show the user's own LD_PRELOAD in os.environ. Children inherit ours from the C library all the same."""
    data = os.environ._data  # type: ignore[attr-defined]
    theirs = [path for path in os.environ.get("LD_PRELOAD", "").split(":") if path and path != library]
    data.pop(b"REPROOF_TABLE", None)
    data.pop(b"LD_PRELOAD", None)
    if theirs:
        data[b"LD_PRELOAD"] = os.fsencode(":".join(theirs))


def start(guest: str, record: str) -> None:
    """Begin to watch this process. `guest` is the folder of this file, `record` where the recording is made."""
    import atexit

    log = Log(record + "/logs")
    _start.update(
        guest=guest,
        path=list(sys.path),
        cwd=os.getcwd(),
        pid=os.getpid(),
        loader=type(__loader__),  # type: ignore[name-defined]
        heard={},
        forks=0,
        seen=False,
    )
    facts = {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "time": time(),
        "implementation": sys.implementation.name,
        "version": sys.version,
        "version_info": list(sys.version_info)[:3],
        "executable": sys.executable,
        "words": getattr(sys, "orig_argv", [])[:8],  # since 3.10
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "exec_prefix": sys.exec_prefix,
        "base_exec_prefix": sys.base_exec_prefix,
        "path": _start["path"],
        "cwd": _start["cwd"],
    }
    log.write("s", repr(facts))
    atexit.register(_ended, log)
    _load("chance")["listen"](_start["heard"], lambda: atexit.register(_ended, log), guest)
    _follow_forks(log)
    if _is_seen():
        _start["seen"] = True
        _hide(os.path.dirname(guest) + "/native/shim.so")
        return
    if not hasattr(sys, "addaudithook"):
        return
    handler_of = Watch(log, guest).handlers().get

    def hook(event: str, args: "tuple[Any, ...]") -> None:
        handler = handler_of(event)
        if handler is not None:
            try:
                handler(args)
            except Exception as error:
                if not _is_ours(error):
                    raise

    sys.addaudithook(hook)
