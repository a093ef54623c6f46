"""What the recorder does with signals: the command gets them, the recording goes on to its end."""

import os
import signal
import sys
import threading
from typing import Any, Callable, Dict, List, Optional

_FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Signals:
    """Passes signals on to the command while it runs. `interrupted` tells whether there was one to end it.

    A signal that is ignored here (nohup, a background job) stays ignored, for us and for the command, as it would be
    without us. Outside the main thread Python cannot handle signals, and nothing is done.
    """

    def __init__(self, on_resize: Callable[[], None]) -> None:
        self.interrupted = False
        self.on_resize = on_resize
        self.pid: Optional[int] = None
        self.early: List[int] = []
        self.before: Dict[int, Any] = {}

    def __enter__(self) -> "Signals":
        if threading.current_thread() is threading.main_thread():
            for number in (*_FORWARDED, signal.SIGQUIT):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self.before[number] = signal.signal(number, self._end)
            self.before[signal.SIGWINCH] = signal.signal(signal.SIGWINCH, lambda *_: self.on_resize())
        return self

    def __exit__(self, *_: Any) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def started(self, pid: int) -> None:
        """The command has this pid from now on; what came before is passed on now."""
        self.pid = pid
        for number in self.early:
            _send(pid, number)

    def _end(self, number: int, _: Any) -> None:
        self.interrupted = True
        if self.pid is None:
            self.early.append(number)  # there is no command yet that the terminal could have sent it to
        elif not (number in (signal.SIGINT, signal.SIGQUIT) and _is_foreground()):
            _send(self.pid, number)  # else the terminal has sent it to the command as well


class Held:
    """Lets a signal that would end us wait while a record is kept: the first one is noted, the second one is obeyed.

    Only once it is armed: before, every signal is obeyed. A signal that is ignored stays ignored.
    """

    def __init__(self) -> None:
        self.armed = False
        self.came: Optional[int] = None
        """The signal that was noted."""
        self.before: Dict[int, Any] = {}

    def __enter__(self) -> "Held":
        if threading.current_thread() is threading.main_thread():
            for number in (*_FORWARDED, signal.SIGQUIT):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self.before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: Any) -> None:
        self.release()

    def arm(self) -> None:
        """Hold signals from now on."""
        self.armed = True

    def release(self) -> None:
        """Hold nothing any more."""
        while self.before:
            number, handler = self.before.popitem()
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def _note(self, number: int, _: Any) -> None:
        if self.armed and self.came is None:
            self.came = number
            return
        self.release()
        os.kill(os.getpid(), number)


def _is_foreground() -> bool:
    """Say whether a terminal's interrupt key reaches us and the command alike."""
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno() if sys.__stdin__ else 0) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass  # it has just ended by itself, or runs as somebody else
