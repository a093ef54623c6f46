"""`PKG-INFO` and `*.egg-info/requires.txt`: the project is a source distribution, and says so."""

from __future__ import annotations

import re

from packaging.metadata import parse_email

from reproof.model.project import Project
from reproof.needs.found import Found, PythonSign, merged
from reproof.needs.reader import Reader
from reproof.needs.readers.classifiers import requires_python, signs_of_classifiers
from reproof.needs.readers.places import where
from reproof.needs.spelling import read_requirement

EGG = re.compile(r"(?:.*/)?[^/]+\.egg-info/requires\.txt")


def release_of(project: Project) -> tuple[str, str] | None:
    """Return name and version of the release that the project is the source distribution of; None if it is none."""
    raw, _ = parse_email(project.text("PKG-INFO") or "")
    name, version = raw.get("name"), raw.get("version")
    return (name, version) if name and version else None


def read_metadata(project: Project, path: str) -> Found:
    """Return what the metadata of a source distribution says."""
    text = project.text(path) or ""
    raw, _ = parse_email(text)
    signs: tuple[PythonSign, ...] = (
        *requires_python(raw.get("requires_python"), where(path, text, "Requires-Python")),
        *signs_of_classifiers(raw.get("classifiers", []), path),
    )
    lines = raw.get("requires_dist", [])
    firm = [line for line in lines if "extra ==" not in line]
    return merged((
        Found(pythons=signs),
        *(read_requirement(line, where(path, text, line)) for line in firm),
    ))  # fmt: skip


def read_egg(project: Project, path: str) -> Found:
    """Return what setuptools wrote down when the source distribution was made: sections are extras or markers."""
    text = project.text(path) or ""
    parts: list[Found] = []
    extra, marker = "", ""
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        section = re.fullmatch(r"\[([^:\]]*)(?::(.*))?\]", line)
        if section:
            extra, marker = section[1], section[2] or ""
        elif line:
            found = read_requirement(f"{line} ; {marker}" if marker else line, f"{path}:{number}")
            parts.append(found.as_hints() if extra else found)
    return merged(parts)


PKG_INFO = Reader("PKG-INFO", lambda path: path == "PKG-INFO", read_metadata)
EGG_INFO = Reader("egg-info", lambda path: bool(EGG.fullmatch(path)), read_egg)
