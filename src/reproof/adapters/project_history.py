"""When a project's files were last committed, as git tells it: one question for all of them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reproof.adapters.git import fields, git, line
from reproof.adapters.working_tree import refusal
from reproof.errors import UsageError
from reproof.model.base import Gap
from reproof.model.requirements import DateChoice

COMMITS = 20_000
"""Commits that are looked at, newest first; a file that none of them touched has no date."""
EFFECT = "dates of the files are not known from their commits"


@dataclass(frozen=True, slots=True)
class History:
    """Instants of commits, in UTC: the last one for each path, and that of the one that is checked out."""

    commits: dict[str, str] = field(default_factory=dict)
    checked_out: str | None = None
    gaps: tuple[Gap, ...] = ()


def read_history(folder: Path) -> History:
    """Return when the files below a folder were last committed; files that are changed or in no commit are not named.

    A shallow clone holds one commit for everything: its date is that of the checkout only.
    """
    top = git(folder, "rev-parse", "--show-prefix", "--is-shallow-repository")
    if top.code != 0:
        return History(gaps=tuple(gap.model_copy(update={"effect": EFFECT}) for gap in refusal(top, folder)))
    prefix, shallow = os.fsdecode(top.stdout).splitlines()[:2]
    head = line(git(folder, "log", "-1", "--format=%cI"))
    if head is None or not line(git(folder, "ls-files", "--", ".")):
        return History()  # no commit yet, or a repository around the project that knows nothing of it
    if shallow == "true":
        why = "the clone is shallow: it holds its newest commits only"
        gap = Gap(what="when files were last changed", why=why, effect=EFFECT)
        return History(checked_out=utc(head), gaps=(gap,))
    answer = git(
        folder, "log", f"--max-count={COMMITS}", "--no-renames", "--name-only", "-z", "--format=%x01%cI", "--", "."
    )
    dirty = set(fields(git(folder, "diff", "HEAD", "--name-only", "-z", "--no-renames", "--", ".").stdout))
    dates: dict[str, str] = {}
    instant = utc(head)
    for name in fields(answer.stdout):
        if name.startswith("\x01"):
            instant = utc(name[1:])
        elif (name := name.lstrip("\n")) not in dirty:
            dates.setdefault(name.removeprefix(prefix), instant)
    gaps = () if answer.code == 0 else (Gap(what="the history", why=answer.stderr.strip(), effect=EFFECT),)
    return History(dates, utc(head), gaps)


def commit_date(folder: Path, revision: str) -> DateChoice:
    """Return the instant of a commit.

    Raises:
        UsageError: the repository has no such commit, or there is none.
    """
    answer = git(folder, "log", "-1", "--format=%H %cI", "--end-of-options", revision, "--")
    told = line(answer)
    if told is None:
        what = f"--as-of {revision} is neither a date nor a commit of {folder}"
        raise UsageError(what, "give a date such as 2019-06-01, or a commit that `git log` shows")
    commit, instant = told.split()
    return DateChoice(instant=utc(instant), reason=f"the date of commit {commit[:12]}, as asked for")


def utc(instant: str) -> str:
    """Return an instant with any offset as one in UTC, `2019-06-01T10:20:30Z`."""
    return datetime.fromisoformat(instant).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
