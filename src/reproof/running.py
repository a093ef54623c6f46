"""Runs a command under the recorder. It is started before anything heavy is loaded: that is done beside it."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reproof.ahead import Ahead, make_blake3
from reproof.errors import CaptureError, RunError
from reproof.recorder.command import LaunchError, Order
from reproof.recorder.launch import Hooks, exit_status
from reproof.recorder.launch import record as launch
from reproof.recorder.lost import RecordingLost
from reproof.recorder.signals import Held
from reproof.store.folder import cache_folder, check_room, scratch
from reproof.store.lease import Lease

if TYPE_CHECKING:
    from reproof.adapters.working_tree import Repository

CACHE = "recorder"


class Ran(NamedTuple):
    """A command that has ended: its recording, the folder with its output, and the repository as it was then."""

    recording: dict[str, Any]
    folder: Path
    repository: Repository
    environ: Mapping[str, str]
    held: Held
    """The signals that came since."""


@contextmanager
def ran(order: Order, root: Path, after: Sequence[str] = (), maybe: Sequence[str] = ()) -> Iterator[Ran]:
    """Run a command, and yield what was recorded of it; its folder lies in the store at `root`, and vanishes.

    The modules `after` are loaded while it runs, and those in `maybe` if it runs long enough.

    An interrupt that comes after the command's end does not stop what is done inside; a second one does.

    Raises:
        StoreError: the store cannot be written; nothing was run.
        RunError: the command could not be started; nothing was recorded.
        CaptureError: it ran, but the record could not be made. The error has the command's own exit code if that says
            that the command failed.
    """
    lease = Lease(root)
    with scratch(root, "run", lease) as folder, Held() as held:
        check_room(root, folder)
        beside = Beside(Path(order.cwd), ("reproof.recorder.collect", "reproof.recorder.gaps_output", *after), maybe)

        cache = str(cache_folder(root, CACHE, lease))
        ahead = Ahead(cache)

        def started(table: str | None) -> None:
            held.arm()
            beside.start()
            ahead.start(table)

        try:
            order = order._replace(cache=cache, fast=("blake3", make_blake3))
            recording = launch(order, str(folder), Hooks(started, ahead.stop))
        except LaunchError as error:
            raise RunError(str(error), "check the command's spelling, and that it is on the PATH") from error
        except RecordingLost as error:
            lost = CaptureError(f"the run could not be recorded: {error}", advice(error.__cause__, root))
            lost.exit_code = exit_status(error.returncode) or lost.exit_code
            raise lost from error
        environ = os.environ if order.environ is None else order.environ
        yield Ran(recording, folder, beside.repository(), environ, held)


def advice(cause: BaseException | None, root: Path) -> str:
    """Return what to do when no record could be made, by what went wrong."""
    if not isinstance(cause, OSError):
        return "this is a bug; report it"
    if cause.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"free some space where the store is ({root}), or choose another with --store"
    if cause.errno == errno.ENOENT and str(cause.filename or "").startswith(f"{root}/"):
        return "leave the store alone while a run goes on"
    return "mend that, and run it again"


class Beside:
    """Loads what is needed later, and asks git, while the command runs."""

    def __init__(self, cwd: Path, modules: Sequence[str], maybe: Sequence[str]) -> None:
        self._cwd = cwd
        self._modules = modules
        self._maybe = maybe
        self._needed = threading.Event()
        self._repository: Repository
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._ask, self._load)]

    def start(self) -> None:
        """Begin; the command has been started."""
        for thread in self._threads:
            thread.start()

    def repository(self) -> Repository:
        """Return what was found around the working directory."""
        self._needed.set()
        for thread in self._threads:
            thread.join()
        return self._repository

    def _ask(self) -> None:
        from reproof.adapters.working_tree import read_repository
        from reproof.capture.secrets import private_in_patch

        self._repository = read_repository(self._cwd, private_in_patch)

    def _load(self) -> None:
        for name in self._modules:
            import_module(name)
        for name in self._maybe:
            if not self._needed.is_set():
                import_module(name)
