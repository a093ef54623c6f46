"""The tools that are compared: each turns a requirement set into the lines of a lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from resolve_bench.journey import solved
from resolve_bench.process import Done, run
from resolve_bench.workplace import Workplace
from tests.corpus.sets import RequirementSet

RESOLVE_LIMIT_S = 180


@dataclass(frozen=True)
class Tool:
    """`resolve` runs the tool with a cache folder and prints a lock. One that `travels` tries more when that fails."""

    name: str
    resolve: Callable[[RequirementSet, Workplace, Path], Done]
    travels: bool = False


def _with_reproof(one: RequirementSet, place: Workplace, cache: Path) -> Done:
    return solved(one, place, cache, RESOLVE_LIMIT_S)


def _with_uv(one: RequirementSet, place: Workplace, cache: Path) -> Done:
    python = place.pythons[one.python].executable
    words = [place.uv, "pip", "compile", "-", "--python", python, "--exclude-newer", one.date, "--cache-dir", cache]
    words += ["--no-header", "--no-annotate", "--quiet", "--color", "never"]
    return run(words, place.environ, RESOLVE_LIMIT_S, "\n".join(one.requirements) + "\n")


def _with_pip_tools(one: RequirementSet, place: Workplace, cache: Path) -> Done:
    python = place.pip_tools_python(one.python)
    cache.mkdir(parents=True, exist_ok=True)
    declared, lock = cache / "requirements.in", cache / "lock.txt"
    declared.write_text("\n".join(one.requirements) + "\n", encoding="utf-8")
    lock.unlink(missing_ok=True)
    words = [python, "-m", "piptools", "compile", "--quiet", "--no-config", "--no-header", "--no-annotate"]
    words += ["--strip-extras", "--allow-unsafe", "--no-emit-index-url", "--cache-dir", cache / "pip"]
    words += ["--pip-args", f"--uploaded-prior-to {one.date}", "--output-file", lock, declared]
    done = run(words, place.environ, RESOLVE_LIMIT_S)
    text = lock.read_text(encoding="utf-8") if lock.exists() and not done.failure else ""
    return Done(done.code, text, done.stderr, done.seconds)


TOOLS = (
    Tool("reproof", _with_reproof, travels=True),
    Tool("uv", _with_uv),
    Tool("pip-compile", _with_pip_tools),
)
