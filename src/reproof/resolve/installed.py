"""The files of an installed distribution, and where each belongs in a wheel."""

from __future__ import annotations

import configparser
import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reproof.adapters.wheel_archive import Member
from reproof.errors import ResolveError

BY_INSTALLER = ("RECORD", "RECORD.jws", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")


@dataclass(frozen=True)
class Installed:
    """The members that carry a distribution, and what could not be carried, in words."""

    members: tuple[Member, ...]
    missing: tuple[str, ...] = ()


def installed_members(dist_info: Path, location: Path, stem: str) -> Installed:
    """Return the members for a wheel whose metadata folders start with `stem` (`name-version`).

    Raises:
        ResolveError: nothing tells which files were installed.
    """
    names = _names(dist_info, location)
    generated = _generated_scripts(dist_info)
    prefix = _prefix(location)
    members = {}
    missing = [] if _list_of_files(dist_info) else ["nothing lists its files, so programs and data may be missing"]
    for name in names:
        path = Path(os.path.normpath(location / name))
        if _is_left_out(path, dist_info):
            continue
        if not path.is_file():
            missing.append(f"{name} is gone")
            continue
        inside = _inside(path, location, prefix, stem)
        if inside is None:
            missing.append(f"{path} lies outside of the environment")
        elif not inside.startswith(f"{stem}.data/scripts/"):
            members[inside] = Member(inside, path, executable=os.access(path, os.X_OK))
        elif path.name not in generated and re.sub(r"-?[\d.]+$", "", path.name) not in generated:
            members[inside] = _script(inside, path)
    return Installed(tuple(members.values()), tuple(missing))


def _list_of_files(dist_info: Path) -> Path | None:
    """Return RECORD, or the list that pip wrote before there was one."""
    return next((path for path in (dist_info / "RECORD", dist_info / "installed-files.txt") if path.is_file()), None)


def _names(dist_info: Path, location: Path) -> list[str]:
    """Return the installed files relative to `location`, guessed from the top-level names if nothing lists them."""
    listing = _list_of_files(dist_info)
    if listing is not None:
        lines = listing.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        if listing.name == "RECORD":
            return [row[0] for row in csv.reader(lines) if row]
        return [os.path.relpath(dist_info / line, location) for line in lines if line]
    tops = dist_info / "top_level.txt"
    if not tops.is_file():
        raise ResolveError(
            f"nothing lists the files of the distribution at {dist_info}",
            "install it again with pip, and record the run again",
        )
    found = list(_walk(dist_info)) if dist_info.name.endswith(".dist-info") else []
    for top in tops.read_text(encoding="utf-8").split():
        found += _walk(location / top)
        found += [path for path in location.glob(f"{top}.*") if path.suffix in (".py", ".so")]
    return [str(path.relative_to(location)) for path in found]


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names))


def _is_left_out(path: Path, dist_info: Path) -> bool:
    """Say whether an installer makes this file again."""
    if path.parent == dist_info:
        return path.name in BY_INSTALLER or not dist_info.name.endswith(".dist-info")
    return path.parent.name == "__pycache__"


def _inside(path: Path, location: Path, prefix: Path | None, stem: str) -> str | None:
    """Return a file's name in the wheel: below the site folder as it is, elsewhere by the wheel's schemes."""
    if path.is_relative_to(location):
        return path.relative_to(location).as_posix()
    if prefix is None or not path.is_relative_to(prefix):
        return None
    if path.parent == prefix / "bin":
        return f"{stem}.data/scripts/{path.name}"
    return f"{stem}.data/data/{path.relative_to(prefix).as_posix()}"


def _script(name: str, path: Path) -> Member:
    """Return the member for a program; the path of the interpreter that an installer wrote into it is taken out."""
    with path.open("rb") as handle:
        if handle.read(2) != b"#!":
            return Member(name, path, executable=True)
        first, rest = handle.readline(), handle.read()
    if first.strip() == b"/bin/sh" and rest.startswith(b"'''exec'"):
        # Installers start a shell where the interpreter's path is too long for a first line.
        return Member(name, data=b"#!python\n" + rest.split(b"\n", 2)[2], executable=True)
    if b"python" in first or b"pypy" in first:
        return Member(name, data=b"#!python\n" + rest, executable=True)
    return Member(name, path, executable=True)


def _prefix(location: Path) -> Path | None:
    """Return the prefix of `<prefix>/lib*/python*/{site,dist}-packages`; None for any other folder."""
    lib = location.parent.parent
    known = location.name in ("site-packages", "dist-packages") and location.parent.name.startswith("python")
    return lib.parent if known and lib.name.startswith("lib") else None


def _generated_scripts(dist_info: Path) -> set[str]:
    """Return the names of the scripts that installers make from entry points."""
    parser = configparser.RawConfigParser(delimiters=("=",), strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string((dist_info / "entry_points.txt").read_text(encoding="utf-8"))
    except (OSError, configparser.Error, UnicodeDecodeError):
        return set()
    sections = [section for section in ("console_scripts", "gui_scripts") if parser.has_section(section)]
    return {name.strip() for section in sections for name in parser.options(section)}
