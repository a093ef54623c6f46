"""Mends version specifiers that were accepted once: by setuptools until version 66, by pip until version 24.1."""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|=>|=<|<|>|=)?\s*([^\s,;<>=!~]*)")
LONGEST_VERSION = re.compile(r"v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|post|dev)[-_.]?\d*)?", re.I)
SWAPPED = {"=>": ">=", "=<": "<=", "=": "=="}


def mend_specifier(text: str) -> str | None:
    """Return a specifier that today's tools accept and that means the same; None if no clause of it can be understood.

    A specifier that is valid is returned as it is.
    """
    try:
        SpecifierSet(text)
        return text.rstrip(", ")
    except InvalidSpecifier:
        clauses = [clause for clause in map(_mend_clause, _clauses(text)) if clause]
        return ",".join(dict.fromkeys(clauses)) or None


def _clauses(text: str) -> list[tuple[str, str]]:
    """Return operators and versions, however they are separated, quoted or bracketed."""
    plain = re.sub(r"[()\[\]'\"]", " ", text)
    found = [(match[1] or "", match[2]) for match in CLAUSE.finditer(plain)]
    return [(operator, version) for operator, version in found if version]


def _mend_clause(clause: tuple[str, str]) -> str | None:
    operator = SWAPPED.get(clause[0], clause[0])
    version = clause[1].rstrip(".")
    prefix = re.fullmatch(r"(.*?)\.?\*+", version)
    if not operator:
        return None
    if prefix and not prefix[1]:
        # `>=*` and `==*` admit everything.
        return None
    if prefix:
        return _mend_prefix(operator, prefix[1])
    if operator == "~=" and _is_version(version) and len(Version(version).release) < len(("major", "minor")):
        return _mend_prefix(operator, version)
    if operator == "===" or _is_version(version):
        return f"{operator}{version}"
    # A version of the time before PEP 440, such as pytz's 2011k: what comes before the letter bounds it well enough.
    shorter = LONGEST_VERSION.match(version)
    return f"{operator}{shorter[0]}" if shorter and operator not in ("==", "!=") else None


def _mend_prefix(operator: str, prefix: str) -> str | None:
    """Return a clause for one with `.*`, which only `==` and `!=` may have."""
    if not _is_version(prefix):
        return None
    if operator in ("==", "==="):
        return f"=={prefix}.*"
    if operator == "!=":
        return f"!={prefix}.*"
    if operator == ">":
        *head, last = Version(prefix).release
        return ">=" + ".".join(map(str, (*head, last + 1)))
    if operator == "<=":
        *head, last = Version(prefix).release
        return "<" + ".".join(map(str, (*head, last + 1)))
    if operator == "~=" and len(Version(prefix).release) < 2:
        return f"=={prefix}.*"
    return f"{operator}{prefix}"


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
