"""One trial: a set, resolved by one tool, installed into a fresh environment of its target, its modules imported."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from resolve_bench.journey import ROUNDS, dates, hopeless, lacking, with_wheels
from resolve_bench.process import run
from resolve_bench.tools import Tool
from resolve_bench.workplace import Workplace
from tests.corpus.sets import RequirementSet

INSTALL_LIMIT_S = 420
IMPORT_LIMIT_S = 180
RULE = (
    "A set counts when its tool printed a lock within 180 s, every line of the lock was installed into a fresh "
    "environment of the target, each without looking for more, and every module of the set could be imported there."
)
IMPORTER = """
import importlib, json, sys, traceback
failed = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        failed[name] = "".join(traceback.format_exception_only(type(error), error)).strip()[-600:]
print("\\n" + json.dumps(failed))
"""
"""Runs under the target, Python 3.6 among them. Modules print, so the answer is the last line."""
Result = dict[str, Any]


def attempt(one: RequirementSet, tool: Tool, place: Workplace) -> Result:
    """Return what came of one set with one tool; `stage` is the step that failed, None when all went well."""
    result = resolve(one, tool, place)
    if tool.travels:
        return {**result, **_travel(one, place)}
    if result["stage"]:
        return result
    return {**result, **_installed(one, result["lock"], place, ("--exclude-newer", one.date))}


def resolve(one: RequirementSet, tool: Tool, place: Workplace) -> Result:
    """Return how long a tool takes for a set with an empty cache and then with what that left: seconds of wall time."""
    with TemporaryDirectory(prefix="cold-", dir=place.folder) as name:
        cold = tool.resolve(one, place, Path(name))
        result: Result = {"set": one.id, "tool": tool.name, "cold": cold.seconds}
        if cold.failure:
            return {**result, "stage": "resolve", "failure": cold.failure}
        warm = tool.resolve(one, place, Path(name))
    again = warm.stdout == cold.stdout
    return {**result, "warm": warm.seconds, "again": again, "lock": cold.stdout, "stage": None, "failure": None}


def _travel(one: RequirementSet, place: Workplace) -> Result:
    """Return what came of the way that reproof takes: the first date at which all goes well, else the best one."""
    tries: list[Result] = []
    also: tuple[str, ...] = ()
    for date in dates(one):
        for _ in range(ROUNDS):
            lock = with_wheels(one, place, date, also)
            if lock.failure:
                outcome: Result = {"stage": "resolve" if lock.code == 1 else "install", "failure": lock.failure}
                break
            outcome = _installed(one, lock.stdout, place, ())
            more = [name for name in lacking(outcome["failure"] or "") if name not in also]
            if outcome["stage"] != "import" or not more:
                break
            also += tuple(more)
        tries.append({**outcome, "date": date, "also": also})
        if outcome["stage"] is None or hopeless(outcome["failure"]):
            break
    whole = next((outcome for outcome in tries if outcome["stage"] is None), tries[0])
    return {**whole, "tries": tries}


def _installed(one: RequirementSet, lock: str, place: Workplace, options: tuple[str, ...]) -> Result:
    """Return what installing and importing came to; tools that chose alike share it."""
    words = [one.id, one.python, *options, *sorted(re.findall(r"^[^#\s]+(?:==| @ )[^\s\\;]+", lock.lower(), re.M))]
    kept = place.folder / "installs" / f"{hashlib.sha256(' '.join(words).encode()).hexdigest()[:24]}.json"
    if kept.exists():
        found: Result = json.loads(kept.read_text("utf-8"))
        return found
    result = _install(one, lock, place, options)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(result), encoding="utf-8")
    return result


def _install(one: RequirementSet, lock: str, place: Workplace, options: tuple[str, ...]) -> Result:
    with TemporaryDirectory(prefix="env-", dir=place.folder) as name:
        environment, listed = Path(name) / "env", Path(name) / "lock.txt"
        listed.write_text(lock, encoding="utf-8")
        python = environment / "bin" / "python"
        shared = ("--cache-dir", place.installed_wheels, "--quiet", "--color", "never")
        make = [place.uv, "venv", "--no-project", "--seed", "--python", place.pythons[one.python].executable]
        made = run([*make, environment, "--exclude-newer", one.date, *shared], place.environ, INSTALL_LIMIT_S)
        words = [place.uv, "pip", "install", "--python", python, "--no-deps", "--requirements", listed]
        done = run([*words, *options, *shared], place.environ, INSTALL_LIMIT_S)
        result: Result = {"install": made.seconds + done.seconds}
        if failure := made.failure or done.failure:
            return {**result, "stage": "install", "failure": failure}
        return {**result, **_import(one, python, place)}


def _import(one: RequirementSet, python: Path, place: Workplace) -> Result:
    with TemporaryDirectory(dir=place.folder) as home:
        quiet = {"HOME": home, "MPLBACKEND": "Agg", "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = run([python, "-c", IMPORTER, *one.modules], {**place.environ, **quiet}, IMPORT_LIMIT_S)
    if done.failure:
        return {"stage": "import", "failure": done.failure}
    failed = json.loads(done.stdout.rstrip().splitlines()[-1])
    if failed:
        return {"stage": "import", "failure": "\n".join(f"{name}: {why}" for name, why in failed.items())}
    return {"stage": None, "failure": None}
