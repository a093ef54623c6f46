"""Shows the command's output as it comes and keeps a copy; where we have a terminal, the command has one too."""

import errno
import fcntl
import os
import select
import struct
import termios
import threading
import time
from typing import Dict, List, Optional, Tuple

_QUIET = 0.3
_LONGEST = 5.0
"""Seconds that we go on reading after the command's end: without anything new to read, and at all."""
_AGAIN = 0.1
"""Seconds until a step that failed unforeseen is tried again."""


class Stream:
    """One of stdout and stderr: where it comes from, where it is shown, where it is kept."""

    def __init__(self, descriptor: int, file: str, terminal: bool) -> None:
        self.shown: Optional[int] = descriptor
        self.descriptor = descriptor
        self.terminal = terminal
        self.source, self.sink = _open_terminal(descriptor) if terminal else os.pipe()
        self.file = open(file, "wb", buffering=0)
        self.lost: Optional[str] = None
        """Why the copy is not complete, if it is not."""

    def resize(self) -> None:
        """Give the command's terminal the size of ours."""
        size = _window(self.descriptor)
        if self.terminal and size is not None:
            fcntl.ioctl(self.source, termios.TIOCSWINSZ, size)

    def move(self) -> bool:
        """Move what has come; return whether more can come.

        When nobody reads our output any more, the source is closed, so that the command learns it as it would have.
        """
        try:
            data = os.read(self.source, 1 << 16)
        except OSError as error:
            if error.errno != errno.EIO:  # how a terminal says that its other side is closed
                raise
            data = b""
        if data:
            self._copy(data)
            if self.shown is None or self._show(data):
                return True
        return False

    def _copy(self, data: bytes) -> None:
        try:
            _write(self.file.fileno(), data)
        except Exception as error:
            self.failed(error)  # a full disk, or what nobody foresaw: it must not stop the command

    def _show(self, data: bytes) -> bool:
        try:
            _write(self.descriptor, data)
        except BrokenPipeError:
            return False
        except Exception:
            self.shown = None  # closed, or a terminal that is gone: the recording goes on
        return True

    def failed(self, error: Exception) -> None:
        """Note why the copy is not complete, for the first time."""
        self.lost = self.lost or (str(error) if isinstance(error, OSError) else repr(error))

    def close(self) -> None:
        """Close our side."""
        os.close(self.source)
        self.file.close()


class Streams:
    """Both streams of a command, moved by one thread, so that their order is kept as well as it can be."""

    def __init__(self, files: Tuple[str, str], terminals: Tuple[bool, bool]) -> None:
        self.all = [Stream(number + 1, files[number], terminals[number]) for number in (0, 1)]
        self.ended = threading.Event()
        self.cut = False
        """True when something kept the output open after the command's end."""
        self.thread = threading.Thread(target=self._pump, name="streams", daemon=True)

    def start(self) -> None:
        """Begin to move; the command has been started and holds the other sides."""
        for stream in self.all:
            os.close(stream.sink)
        self.thread.start()

    def resize(self) -> None:
        """Follow our terminal's size."""
        for stream in self.all:
            stream.resize()

    def finish(self) -> None:
        """Move the rest, after the command has ended."""
        self.ended.set()
        self.thread.join()

    def abandon(self) -> None:
        """Close everything; the command was not started."""
        for stream in self.all:
            os.close(stream.sink)
            stream.close()

    def _pump(self) -> None:
        """Move all that comes; what fails unforeseen is tried again, or the command would wait for a reader forever."""
        waiting = {stream.source: stream for stream in self.all}
        while waiting:
            try:
                self._move_all(waiting)
                break
            except Exception as error:
                for stream in waiting.values():
                    stream.failed(error)
                if self.ended.wait(_AGAIN):
                    break
        self.cut = bool(waiting)
        for stream in waiting.values():
            stream.close()

    def _move_all(self, waiting: Dict[int, Stream]) -> None:
        """Move what comes until there is no more, or nothing new after the command's end; take out what has ended."""
        poll = select.poll()
        for source in waiting:
            poll.register(source, select.POLLIN)
        quiet_since: Optional[float] = None
        deadline: Optional[float] = None
        while waiting:
            ready = poll.poll(100)
            now = time.monotonic()
            for source, _ in ready:
                if not waiting[source].move():
                    poll.unregister(source)
                    waiting.pop(source).close()
            if self.ended.is_set():
                deadline = deadline or now + _LONGEST
                quiet_since = now if ready or quiet_since is None else quiet_since
                if now - quiet_since > _QUIET or now > deadline:
                    break


def terminals_here() -> List[str]:
    """Return which of our own streams are terminals."""
    return [name for number, name in enumerate(("stdin", "stdout", "stderr")) if _is_terminal(number)]


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def _open_terminal(like: int) -> Tuple[int, int]:
    """Return both sides of a new terminal, with the settings and the size of `like` if that is one.

    Output is not processed here: that is done once, by the terminal where it is shown.
    """
    ours, theirs = os.openpty()
    settings = termios.tcgetattr(like if _is_terminal(like) else theirs)
    settings[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    fcntl.ioctl(ours, termios.TIOCSWINSZ, _window(like) or struct.pack("HHHH", 24, 80, 0, 0))
    return ours, theirs


def _window(descriptor: int) -> Optional[bytes]:
    try:
        return fcntl.ioctl(descriptor, termios.TIOCGWINSZ, b"\0" * 8)
    except OSError:
        return None


def _write(descriptor: int, data: bytes) -> None:
    """Write all of it, also to a descriptor that does not block."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            select.select([], [descriptor], [])
