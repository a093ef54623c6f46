"""The metadata folder of a repacked wheel, made from that of an installed distribution, be it dist-info or egg-info."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.tags import Tag, parse_tag
from packaging.version import InvalidVersion, Version

from reproof.adapters.wheel_archive import Member
from reproof.errors import ResolveError
from reproof.model.snapshot import Distribution

UNKNOWN_TAG = "py3-none-any"
CARRIED = ("entry_points.txt", "top_level.txt")


def stem(distribution: Distribution) -> str:
    """Return `name-version` as wheel file names spell it."""
    name = re.sub(r"[-_.]+", "_", distribution.name)
    try:
        version = str(Version(distribution.version))
    except InvalidVersion:
        version = distribution.version
    return f"{name}-{version.replace('-', '_')}"


def wheel_filename(distribution: Distribution) -> str:
    """Return the file name of the repacked wheel, its tags those that it was installed from."""
    tags = sorted(expanded(distribution.tags) or parse_tag(UNKNOWN_TAG), key=str)
    parts = ([t.interpreter for t in tags], [t.abi for t in tags], [t.platform for t in tags])
    return "-".join([stem(distribution), *(".".join(dict.fromkeys(part)) for part in parts)]) + ".whl"


def expanded(tags: Sequence[str]) -> frozenset[Tag]:
    """Return the single tags that tag lines such as `py2.py3-none-any` stand for; lines that are none do not count."""
    return frozenset(tag for line in tags if line.count("-") == 2 for tag in parse_tag(line))


def made_metadata(distribution: Distribution) -> Iterator[Member]:
    """Yield the members of the dist-info folder for an egg-info installation, which has none.

    Raises:
        ResolveError: it has no metadata either.
    """
    source = Path(distribution.dist_info)
    single = source.is_file()
    path = source if single else source / "PKG-INFO"
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise ResolveError(f"{distribution.name} has no metadata ({path}): {error.strerror}") from error
    folder = f"{stem(distribution)}.dist-info"
    requires = source / "requires.txt"
    if not single and requires.is_file() and "\nRequires-Dist:" not in text:
        head, blank, body = text.partition("\n\n")
        lines = "".join(f"\n{line}" for line in _requirements(requires.read_text(encoding="utf-8")))
        text = head.rstrip("\n") + lines + (blank + body if blank else "\n")
    yield Member(f"{folder}/METADATA", data=text.encode("utf-8", "surrogateescape"))
    for name in CARRIED:
        if not single and (source / name).is_file():
            yield Member(f"{folder}/{name}", source / name)


def made_wheel_file(distribution: Distribution, folder: str) -> Member:
    """Return the member WHEEL of the metadata folder, for a distribution that has none."""
    tags = sorted(map(str, expanded(distribution.tags))) or [UNKNOWN_TAG]
    lines = ["Wheel-Version: 1.0", "Generator: reproof", "Root-Is-Purelib: true", *(f"Tag: {tag}" for tag in tags)]
    return Member(f"{folder}/WHEEL", data=("\n".join(lines) + "\n").encode())


def _requirements(text: str) -> Iterator[str]:
    """Yield the metadata lines for a `requires.txt`, whose sections are `[extra:marker]`."""
    extra = marker = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("["):
            extra, _, marker = line.strip("[]").partition(":")
            if extra:
                yield f"Provides-Extra: {extra}"
            continue
        conditions = [f"({marker})" if marker and extra else marker, f'extra == "{extra}"' if extra else ""]
        condition = " and ".join(filter(None, conditions))
        yield f"Requires-Dist: {line}" + (f" ; {condition}" if condition else "")
