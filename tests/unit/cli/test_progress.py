import io
import time

from rich.console import Console

from reproof.cli.bars import TerminalProgress
from reproof.cli.progress import PlainProgress, choose_progress


def test_a_log_gets_a_line_for_each_task_and_no_bars() -> None:
    stream = io.StringIO()
    progress = choose_progress(stream, quiet=False)
    with progress.task("fetching", 3_000_000, "B") as task:
        task.advance(5)
        task.describe("numpy")
    progress.note("done")
    assert isinstance(progress, PlainProgress)
    assert stream.getvalue() == "fetching (3,000,000 B)\ndone\n"


def test_quiet_prints_nothing() -> None:
    stream = io.StringIO()
    progress = choose_progress(stream, quiet=True)
    with progress.task("fetching") as task:
        task.advance()
    progress.note("done")
    assert stream.getvalue() == ""


def test_a_terminal_shows_nested_tasks_and_leaves_only_notes() -> None:
    stream = io.StringIO()
    progress = TerminalProgress(Console(file=stream, force_terminal=True, color_system=None, width=100))
    with progress.task("building", 10, "steps") as outer:
        outer.advance(4)
        with progress.task("sending", 1_000_000, "B") as inner:
            inner.advance(500_000)
            inner.describe("base.tar")
            for word in ("building", "4/10 steps", "sending", "0.5/1.0 MB", "base.tar"):
                wait_for(stream, word)
    progress.note("built")
    assert stream.getvalue().rstrip().endswith("built")


def wait_for(stream: io.StringIO, word: str) -> None:
    """Wait until the bars, which are drawn some times a second, have shown a word."""
    deadline = time.monotonic() + 20
    while word not in stream.getvalue():
        assert time.monotonic() < deadline, f"{word!r} was not shown"
        time.sleep(0.02)


def test_a_terminal_gets_bars() -> None:
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    assert isinstance(choose_progress(stream, quiet=False), TerminalProgress)
