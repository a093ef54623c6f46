"""Compares the project's own files, and where the repository stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from reproof.compare.fields import ABSENT, paired
from reproof.compare.places import project_path, relocate
from reproof.compare.results import Reader
from reproof.compare.settings import Setting
from reproof.errors import ReproofError
from reproof.model.comparison import FieldDifference
from reproof.model.snapshot import Snapshot, SourceFile

LARGEST = 1_000_000
"""Bytes; a larger file is data by another name, and aligning its lines takes seconds."""
COSTLIEST = 4_000_000
"""Pairs of equal lines; beyond this, aligning takes minutes, and lines are counted without their order."""
Files = dict[str, SourceFile]
Pair = tuple[SourceFile | None, SourceFile | None]


def compare_code(original: Snapshot, replayed: Snapshot, read: Reader) -> Iterator[FieldDifference]:
    """Yield the state of the repository where it differs, and each file that is not the same, with counts of lines."""
    moved = relocate(replayed, original)
    yield from paired("code", repository(original, moved), repository(moved, original))
    left, right = compared_files(original, moved)
    renamed = renames(left, right)
    for path in sorted({*left, *right}):
        a, b = left.get(path), right.get(path)
        if path in renamed.values() or (a is not None and b is not None and same(a, b)):
            continue
        if path in renamed:
            yield rename(original, path, renamed[path])
        else:
            yield changed_file(original, (a, b), read)


def compared_files(original: Snapshot, replayed: Snapshot) -> tuple[Files, Files]:
    """Return the files of both runs. Beside a replay, only those that both have: it has no need of the others."""
    left, right = ({file.path: file for file in run.source.files} for run in (original, replayed))
    if original.replay_of or replayed.replay_of:
        common = left.keys() & right.keys()
        left, right = ({path: file for path, file in files.items() if path in common} for files in (left, right))
    return left, right


def repository(snapshot: Snapshot, other: Snapshot) -> Iterator[Setting]:
    """Yield where the repository stood, if both runs had one. It does not count: the files do."""
    git = snapshot.source.git
    if git is None or other.source.git is None:
        return
    yield Setting("source.git.commit", git.commit or "none", "commit", counts=False)
    yield Setting("source.git.branch", git.branch or "none", "branch", counts=False)
    yield Setting("source.git.state", "uncommitted changes" if git.dirty else "clean", "working tree", counts=False)
    pushed = f"{len(git.unpushed):,} commits that no remote has" if git.unpushed else "every commit is on a remote"
    yield Setting("source.git.unpushed", pushed, "unpushed", counts=False)
    for module in git.submodules:
        name = f"submodule {module.path}"
        yield Setting(f"source.git.submodules.{module.path}", module.commit or "none", name, counts=False)


def same(a: SourceFile, b: SourceFile) -> bool:
    """Say whether a file is the same: bytes, whether it may be executed, where it points."""
    return (a.digest, a.mode & 0o111, a.link) == (b.digest, b.mode & 0o111, b.link)


def renames(left: Files, right: Files) -> dict[str, str]:
    """Return the files that were moved, old path to new: the same bytes, not empty, gone there and new here, once."""
    gone = {path: file for path, file in left.items() if path not in right and file.size}
    new = {path: file for path, file in right.items() if path not in left and file.size}
    found: dict[str, str] = {}
    for path, file in gone.items():
        places = [other for other, candidate in new.items() if candidate.digest == file.digest]
        twins = [other for other, candidate in gone.items() if candidate.digest == file.digest]
        if len(places) == len(twins) == 1:
            found[path] = places[0]
    return found


def rename(snapshot: Snapshot, old: str, new: str) -> FieldDifference:
    """Return a file that lies elsewhere."""
    a, b = project_path(snapshot, old), project_path(snapshot, new)
    return FieldDifference(field=f"source.files.{a}", original=a, replayed=b, section="code", name=f"{a} → {b}",
                           detail="renamed")  # fmt: skip


def changed_file(snapshot: Snapshot, pair: Pair, read: Reader) -> FieldDifference:
    """Return a file that is not the same in both runs, or that only one of them has."""
    a, b = pair
    known = a or b
    assert known is not None
    name = project_path(snapshot, known.path)
    return FieldDifference(
        field=f"source.files.{name}",
        original=a.digest if a else ABSENT,
        replayed=b.digest if b else ABSENT,
        section="code",
        name=name,
        kind="added" if a is None else "removed" if b is None else "changed",
        detail=how_it_differs(a, b, read),
    )


def how_it_differs(a: SourceFile | None, b: SourceFile | None, read: Reader) -> str:
    """Return how many lines were added and removed, or in what else a file differs."""
    if a is not None and b is not None and a.digest == b.digest:
        return f"mode {a.mode:o} → {b.mode:o}" if a.link == b.link else f"link to {a.link} → {b.link}"
    if any(file is not None and file.size > LARGEST for file in (a, b)):
        return f"{a.size if a else 0:,} → {b.size if b else 0:,} bytes"
    try:
        before, after = (read(file.digest) if file else b"" for file in (a, b))
    except ReproofError as error:
        return error.message
    if b"\0" in before or b"\0" in after:
        return f"binary, {len(before):,} → {len(after):,} bytes"
    added, removed = count_lines(before.splitlines(), after.splitlines())
    return " ".join(word for count, word in ((added, f"+{added:,}"), (removed, f"-{removed:,}")) if count) or "no lines"


def count_lines(before: list[bytes], after: list[bytes]) -> tuple[int, int]:
    """Return how many lines were added, and how many removed."""
    counts = Counter(before), Counter(after)
    if sum(count * counts[1][line] for line, count in counts[0].items()) > COSTLIEST:
        return (counts[1] - counts[0]).total(), (counts[0] - counts[1]).total()
    added = removed = 0
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            removed, added = removed + i2 - i1, added + j2 - j1
    return added, removed
