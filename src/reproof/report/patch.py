"""The patch from one run's code to another's, from the bytes that were kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import unified_diff

from reproof.errors import ReproofError
from reproof.model.comparison import FieldDifference
from reproof.report.words import spelled

NOWHERE = "/dev/null"


def unified(fields: Iterable[FieldDifference], read: Callable[[str], bytes]) -> Iterator[str]:
    """Yield the lines of a unified diff of the files that differ, as git writes one; control characters spelled out.

    `read` gives a blob's bytes by its digest; where it raises a ReproofError, a line says so.
    """
    for field in fields:
        if field.field.startswith("source.files.") and field.detail != "renamed" and field.original != field.replayed:
            yield from file_patch(field, read)


def file_patch(field: FieldDifference, read: Callable[[str], bytes]) -> Iterator[str]:
    """Yield the patch of one file."""
    old = NOWHERE if field.kind == "added" else f"a/{field.name}"
    new = NOWHERE if field.kind == "removed" else f"b/{field.name}"
    try:
        before = b"" if field.kind == "added" else read(field.original)
        after = b"" if field.kind == "removed" else read(field.replayed)
    except ReproofError as error:
        yield f"{field.name}: {error.message}"
        return
    if b"\0" in before or b"\0" in after:
        yield f"Binary files {old} and {new} differ"
        return
    left, right = (data.decode(errors="replace").splitlines(keepends=True) for data in (before, after))
    for line in unified_diff(left, right, old, new):
        yield spelled(line.rstrip("\n"), but="\t")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"
