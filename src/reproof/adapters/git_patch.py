"""What changed in a working tree since its commit, as patches that `git apply` takes.

A patch is for people and for a look at two runs side by side; the exact files are kept beside it. So what would make
it huge, or has no place in it, is left out of it and told.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reproof.adapters.git import copied_index, fields, git
from reproof.adapters.process import Completed
from reproof.model.base import Gap

LARGEST_CHANGED = 4 << 20
"""Bytes; a larger file that changed is not in the patch."""
MOST_CHANGED = 2000
"""Files; when more changed, there is no patch."""
COMPARE = ("--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty", "--no-relative")
"""Whatever the user configured for the look of a comparison; what changed inside a submodule is asked there."""
NAMES = ("--name-only", "-z", "--no-renames")
PATCH = ("--binary", "--full-index", "--find-renames", "--submodule=short", "-U3", "-O/dev/null")

LeftOut = Callable[[str], str | None]
"""From the path of a changed file to why its lines have no place in a patch; None if they have."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The patch from the commit to the files on disk, the one to the index, and what is missing in them."""

    dirty: bool
    diff: bytes = b""
    staged: bytes = b""
    gaps: tuple[Gap, ...] = ()


def read_changes(root: Path, base: str, left_out: LeftOut, prefix: str) -> Changes:
    """Return what changed since `base`, a commit or a tree without files. `prefix` is put before the patches' names."""
    with copied_index(root) as index:
        listed = git(root, "diff", *COMPARE, *NAMES, base, index=index)
        if listed.code:
            why = listed.stderr.strip() or f"git ended with {listed.code}"
            return Changes(False, gaps=(Gap(what="the changes since the commit", why=why, effect="there is no patch"),))
        names = set(fields(listed.stdout))
        names |= set(fields(git(root, "diff", *COMPARE, "--cached", *NAMES, base, index=index).stdout))
        if not names:
            return Changes(False)
        if len(names) > MOST_CHANGED:
            why = f"{len(names):,} files changed, more than the {MOST_CHANGED:,} that go into a patch"
            gap = Gap(what="the patch", why=why, effect="what changed is told by the files themselves")
            return Changes(True, gaps=(gap,))
        reasons = {name: reason for name in sorted(names) if (reason := left_out(name) or oversize(root / name))}
        words = (*COMPARE, *PATCH, f"--src-prefix=a/{prefix}", f"--dst-prefix=b/{prefix}")
        only = (base, "--", ":(top)", *(f":(top,exclude,literal){name}" for name in reasons))
        diff = git(root, "diff", *words, *only, index=index)
        staged = git(root, "diff", *words, "--cached", *only, index=index)
    return Changes(True, diff.stdout, staged.stdout, tuple(missing(reasons, (diff, staged), prefix)))


def missing(reasons: Mapping[str, str], answers: Iterable[Completed], prefix: str) -> Iterator[Gap]:
    """Yield what is not in the patches: files left out, each for its reason, and what git could not tell."""
    for name, why in reasons.items():
        effect = "it cannot be seen there what changed in it"
        yield Gap(what=f"{prefix}{name} is not in the patch", why=why, effect=effect)
    for answer in answers:
        if answer.code:
            why = answer.stderr.strip() or f"git ended with {answer.code}"
            yield Gap(what="the changes since the commit", why=why, effect="the patch may be incomplete")


def oversize(path: Path) -> str | None:
    """Return why a file is too large for a patch; None if it is not, or not there any more."""
    try:
        size = os.lstat(path).st_size
    except OSError:
        return None
    return f"it has {size:,} bytes" if size > LARGEST_CHANGED else None
