"""The guest in the user's process: says what this interpreter is, and at exit what is loaded.

Where the shim does not see it, `watching.py` notes which files are opened, made, renamed and executed as it happens.

Nothing here may raise, print, seed, or import more than the interpreter has already loaded. A note is a few fields,
each ended by NUL, because a path can hold anything else; the first field is a letter that tells how many follow
(`events.py` reads them). Each process appends to its own file, one write for each note, so that notes survive a kill.
"""

import os
import sys
from time import time

MYPY = False  # True for the type checker alone: `typing` is too slow to import here
if MYPY:
    from typing import Any

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


def _facts() -> "dict[str, Any]":
    """Return what this interpreter is, at its start."""
    return {
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
    log.write("s", repr(_facts()))
    atexit.register(_ended, log)
    _load("chance")["listen"](_start["heard"], lambda: atexit.register(_ended, log), guest)
    _follow_forks(log)
    if _is_seen():
        _start["seen"] = True
        _hide(os.path.dirname(guest) + "/native/shim.so")
        return
    if hasattr(sys, "addaudithook"):  # since 3.8
        _load("watching")["watch"](log, guest)
