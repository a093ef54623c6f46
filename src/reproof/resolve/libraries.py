"""The system libraries that wheels need and do not bring: read from what their own libraries link to."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile

from reproof.facts.system_libraries import DLOPENED, ELSEWHERE
from reproof.store.files import write_durably
from reproof.store.store import Store

CACHE = "libraries"
LIBRARY = re.compile(r"\.so(\.[0-9.]+)?$")
MAGIC = b"\x7fELF"


class Libraries(Protocol):
    """Who knows which package of the distribution has a library."""

    def packages_of(self, sonames: Iterable[str], /) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Linked:
    """What the libraries in a wheel link to, and the names under which others can link to them."""

    needed: frozenset[str]
    brought: frozenset[str]


def needed_packages(
    wheels: Mapping[str, Path], names: Iterable[str], distribution: Libraries, store: Store
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the system packages for what wheels link to or load, sorted, and the libraries of no known package.

    Args:
        wheels: paths by digest.
        names: the distributions' names: some load a library by its name, which no file says.
        distribution: who knows which package has a library.
        store: keeps what was read of a wheel.

    Raises:
        StoreError: the store cannot be written.
    """
    linked = [read_wheel(digest, path, store) for digest, path in sorted(wheels.items())]
    brought = frozenset().union(*(one.brought for one in linked))
    missing = frozenset().union(*(one.needed for one in linked)) - brought
    sonames = sorted(name for name in missing if not ELSEWHERE.match(name))
    found = distribution.packages_of(sonames)
    loaded = {package for name in names for package in DLOPENED.get(name, ())}
    return tuple(sorted({*found.values(), *loaded})), tuple(name for name in sonames if name not in found)


def read_wheel(digest: str, path: Path, store: Store) -> Linked:
    """Return what a wheel links to and brings, from the cache if it was read before. Raises StoreError."""
    note = store.cache(CACHE) / f"{digest.removeprefix('sha256:')}.json"
    try:
        kept = json.loads(note.read_bytes())
        return Linked(frozenset(kept["needed"]), frozenset(kept["brought"]))
    except (OSError, ValueError, KeyError, TypeError):
        found = links_in(path)
        write_durably(note, json.dumps({"needed": sorted(found.needed), "brought": sorted(found.brought)}).encode())
        return found


def links_in(path: Path) -> Linked:
    """Return what the libraries in a wheel link to; nothing of a file that is damaged or no wheel."""
    needed: set[str] = set()
    brought: set[str] = set()
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                name = info.filename.rpartition("/")[2]
                if LIBRARY.search(name):
                    brought.add(name)
                    with archive.open(info) as member, tempfile.TemporaryFile() as whole:
                        shutil.copyfileobj(member, whole, 1 << 20)
                        own, others = dynamic_names(whole)
                    brought.update(own)
                    needed.update(others)
    except (OSError, zipfile.BadZipFile):
        return Linked(frozenset(), frozenset(brought))
    return Linked(frozenset(needed), frozenset(brought))


def dynamic_names(file: IO[bytes]) -> tuple[set[str], set[str]]:
    """Return the name that a library has for the linker, and those that it needs; none of what is no library."""
    file.seek(0)
    if file.read(4) != MAGIC:
        return set(), set()
    own: set[str] = set()
    needed: set[str] = set()
    try:
        for segment in ELFFile(file).iter_segments():
            if isinstance(segment, DynamicSegment):
                for tag in segment.iter_tags():
                    if tag.entry.d_tag == "DT_NEEDED":
                        needed.add(tag.needed)
                    elif tag.entry.d_tag == "DT_SONAME":
                        own.add(tag.soname)
    except (ELFError, ValueError, UnicodeDecodeError, AssertionError):
        return own, needed
    return own, needed
