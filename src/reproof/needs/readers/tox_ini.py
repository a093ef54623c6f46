"""`tox.ini`: the versions of Python that tests ran with, and what tests needed."""

from __future__ import annotations

import re
from configparser import Error, RawConfigParser

from reproof.model.project import Project
from reproof.needs.found import Found, PythonSign, merged
from reproof.needs.reader import Reader
from reproof.needs.readers.places import unparsed, where
from reproof.needs.spelling import read_requirement


def read(project: Project, path: str) -> Found:
    """Return the environments' versions, and their dependencies as hints."""
    text = project.text(path) or ""
    parser = RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except Error as error:
        return unparsed(path, error)
    environments = parser.get("tox", "envlist", fallback="") or parser.get("tox", "env_list", fallback="") or ""
    lines = (parser.get("testenv", "deps", fallback="") or "").split("\n")
    plain = (re.sub(r"^\s*[\w,\-!{}]+:\s+", "", line).strip() for line in lines)
    hints = [read_requirement(line, where(path, text, line)) for line in plain if re.match(r"[A-Za-z]", line)]
    source = where(path, text, "env")
    return merged((
        Found(pythons=tuple(PythonSign("tested", version, source) for version in versions(environments))),
        *(Found(hints=one.requirements) for one in hints),
    ))  # fmt: skip


def versions(text: str) -> list[str]:
    """Return the versions in `py36, py{37,38}-tf, py3.10`."""
    found: list[str] = []
    for braces, plain in re.findall(r"py(?:\{([^}]*)\}|(\d\.?\d+))", text):
        for number in re.findall(r"\d\.?\d+", braces or plain):
            digits = number.replace(".", "")
            found.append(f"{digits[0]}.{digits[1:]}")
    return found


TOX_INI = Reader("tox.ini", lambda path: path.rpartition("/")[2] == "tox.ini", read, weak=True)
