"""Compares what is recorded by name. What changes by nature (start, duration, salt) is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from reproof.compare import settings
from reproof.compare.data import change_words
from reproof.compare.libraries import compare_libraries
from reproof.compare.settings import Setting
from reproof.model.comparison import DataChange, FieldDifference, Section
from reproof.model.snapshot import Snapshot

ABSENT = "absent"
SECTIONS: tuple[tuple[Section, Callable[[Snapshot], Iterator[Setting]]], ...] = (
    ("system", settings.level),
    ("parameters", settings.parameters),
    ("interpreter", settings.interpreter),
    ("packages", settings.packages),
    ("system", settings.system),
    ("libraries", settings.system_packages),
    ("hardware", settings.hardware),
    ("accelerator", settings.accelerator),
    ("numerics", settings.numerics),
    ("randomness", settings.randomness),
    ("environment", settings.variables),
    ("data", settings.data),
)
"""What can be compared name by name, in the order of the record."""


def compare_fields(original: Snapshot, replayed: Snapshot) -> tuple[FieldDifference, ...]:
    """Return what differs by name, in the order of the record. Paths are compared as they are: see `relocate`."""
    return (
        *(difference for section, read in SECTIONS for difference in paired(section, read(original), read(replayed))),
        *paired("packages", *settings.installations(original, replayed)),
        *paired("environment", *settings.withheld(original, replayed)),
        *compare_libraries(original, replayed),
        *cpu_flags(original, replayed),
    )


def described(fields: Iterable[FieldDifference], changes: Iterable[DataChange]) -> Iterator[FieldDifference]:
    """Yield the differences; those of data with what is known of their contents as detail, a line for each thing."""
    words: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        if change.kind not in ("added", "removed"):
            words[change.path].append(change_words(change))
    for field in fields:
        told = words.get(field.field.partition(".")[2]) if field.section == "data" else None
        yield field.model_copy(update={"detail": "\n".join(told)}) if told else field


def paired(section: Section, left: Iterable[Setting], right: Iterable[Setting]) -> Iterator[FieldDifference]:
    """Yield the settings that are not the same in both, in the order of the first."""
    mine, others = by_field(left), by_field(right)
    for field in dict.fromkeys([*mine, *others]):
        a, b = mine.get(field), others.get(field)
        if a is None or b is None or a.value != b.value:
            known = a or b
            assert known is not None
            yield FieldDifference(
                field=field,
                original=a.value if a else ABSENT,
                replayed=b.value if b else ABSENT,
                section=section,
                name=known.name,
                kind="added" if a is None else "removed" if b is None else "changed",
                detail=known.detail if a is None or b is None or a.detail == b.detail else f"{a.detail} → {b.detail}",
                counts=known.counts,
            )


def by_field(found: Iterable[Setting]) -> dict[str, Setting]:
    """Return settings by their field; the values of a field that is there more than once stand side by side."""
    values: dict[str, list[str]] = defaultdict(list)
    first: dict[str, Setting] = {}
    for setting in found:
        first.setdefault(setting.field, setting)
        values[setting.field].append(setting.value)
    return {field: first[field]._replace(value=", ".join(dict.fromkeys(every))) for field, every in values.items()}


def cpu_flags(original: Snapshot, replayed: Snapshot) -> tuple[FieldDifference, ...]:
    """Return the CPU flags that only one machine has, as one difference."""
    left, right = set(original.hardware.cpu_flags), set(replayed.hardware.cpu_flags)
    if left == right:
        return ()
    gone, new = (" ".join(sorted(flags)) for flags in (left - right, right - left))
    return (
        FieldDifference(
            field="hardware.cpu_flags",
            original=gone or "none more",
            replayed=new or "none more",
            section="hardware",
            name="CPU flags",
            kind="changed" if gone and new else "removed" if gone else "added",
        ),
    )
