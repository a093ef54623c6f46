"""`setup.cfg`: setuptools' options, and the older form of d2to1."""

from __future__ import annotations

from configparser import Error, RawConfigParser

from reproof.model.project import Project
from reproof.model.requirements import RequirementKind
from reproof.needs.found import Found, merged
from reproof.needs.reader import Reader
from reproof.needs.readers.classifiers import requires_python, signs_of_classifiers
from reproof.needs.readers.places import unparsed, where
from reproof.needs.readers.requirements_txt import read as read_requirements
from reproof.needs.spelling import read_requirement


def recognizes(path: str) -> bool:
    """Say whether a file is setuptools' configuration."""
    return path.rpartition("/")[2] == "setup.cfg"


def read(project: Project, path: str) -> Found:
    """Return what the options say; extras are hints."""
    text = project.text(path) or ""
    parser = RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except Error as error:
        return unparsed(path, error)

    def section(name: str, option: str, kind: RequirementKind = "declared") -> Found:
        lines = (parser.get(name, option, fallback="") or "").replace(";\n", "\n").split("\n")
        return merged(declared(line, text, project, path, kind) for line in lines)

    extras = parser.options("options.extras_require") if parser.has_section("options.extras_require") else []
    python = parser.get("options", "python_requires", fallback="")
    classifiers = (parser.get("metadata", "classifiers", fallback="") or "").split("\n")
    signs = (*requires_python(python, where(path, text, "python_requires")), *signs_of_classifiers(classifiers, path))
    return merged((
        Found(pythons=signs),
        section("options", "install_requires"),
        section("metadata", "requires-dist"),
        section("options", "setup_requires", "build"),
        *(section("options.extras_require", name).as_hints() for name in extras),
    ))  # fmt: skip


def declared(line: str, text: str, project: Project, path: str, kind: RequirementKind) -> Found:
    """Return what one line of an option says: a requirement, or `file:` and where they are."""
    line = line.partition(" #")[0].strip()
    if line.startswith("file:"):
        folder = path.rpartition("/")[0]
        names = (name.strip() for name in line[5:].split(","))
        return merged(read_requirements(project, f"{folder}/{name}" if folder else name) for name in names)
    if not line or line.startswith("#"):
        return Found()
    return read_requirement(line, where(path, text, line), kind)


SETUP_CFG = Reader("setup.cfg", recognizes, read)
