"""Poetry's own tables in `pyproject.toml`, and its way to write versions, which Pipfile shares in part."""

from __future__ import annotations

import re
from typing import Any

from packaging.utils import canonicalize_name

from reproof.model.base import Gap
from reproof.model.requirements import Requirement
from reproof.needs.found import Found, PythonSign, merged
from reproof.needs.readers.classifiers import signs_of_classifiers
from reproof.needs.readers.places import array, table, texts
from reproof.needs.spelling import moving, without_credentials


def read_poetry(poetry: dict[str, Any], path: str, text: str) -> Found:
    """Return what the tables say; groups, extras and development dependencies are hints."""
    groups = [table(poetry.get("dev-dependencies"))]
    groups += [table(table(group).get("dependencies")) for group in table(poetry.get("group")).values()]
    places = (table(source).get("url") for source in array(poetry.get("source")))
    return merged((
        Found(places=tuple(without_credentials(url) for url in places if isinstance(url, str))),
        Found(pythons=tuple(signs_of_classifiers(texts(poetry.get("classifiers")), path))),
        read_table(table(poetry.get("dependencies")), path, text),
        *(read_table(group, path, text).as_hints() for group in groups),
    ))  # fmt: skip


def read_table(dependencies: dict[str, Any], path: str, text: str) -> Found:
    """Return what a table of names and versions says."""
    parts = []
    for name, value in dependencies.items():
        line = next((number for number, line in enumerate(text.split("\n"), 1) if names(line, name)), None)
        source = f"{path}:{line}" if line else path
        for one in value if isinstance(value, list) else [value]:
            parts.append(read_dependency(name, one, source))
    return merged(parts)


def names(line: str, name: str) -> bool:
    """Say whether a line of TOML gives a value to a name."""
    return bool(re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=|\s*\[.*\b{re.escape(name)}[\"']?\]", line))


def read_dependency(name: str, value: object, source: str) -> Found:
    """Return what one entry says: a version, or a table with a version, a repository, a folder and conditions."""
    entry = value if isinstance(value, dict) else {"version": value}
    version = entry.get("version")
    specifier, lost = specifier_of(version if isinstance(version, str) else "*")
    gaps = [Gap(what=f"{source}: {name} {version}", why="it names alternatives", effect=f"{specifier} is taken")] * lost
    if canonicalize_name(name) == "python":
        return Found(pythons=tuple(python_signs(specifier, source)))
    url = url_of(entry)
    requirement = Requirement(
        name=canonicalize_name(name),
        kind="declared",
        source=source,
        specifier=specifier,
        extras=tuple(sorted(texts(entry.get("extras")))),
        marker=marker_of(entry),
        url=url,
    )
    if entry.get("optional") is True:
        return Found(hints=(requirement,))
    return Found(requirements=(requirement,), gaps=(*gaps, *moving(url, source)))


def python_signs(specifier: str, source: str) -> list[PythonSign]:
    """Return what an entry for `python` says."""
    exact = re.fullmatch(r"==(\d+\.\d+(?:\.\d+)?)(\.\*)?", specifier)
    if exact:
        return [PythonSign("exact", exact[1], f"python in {source}")]
    return [PythonSign("range", specifier, f"python in {source}")] if specifier else []


def url_of(entry: dict[str, Any]) -> str | None:
    """Return the address of an entry that does not come from an index."""
    git = entry.get("git")
    if isinstance(git, str):
        revision = next(
            (entry[key] for key in ("rev", "ref", "tag", "branch") if isinstance(entry.get(key), str)), None
        )
        prefix = "" if git.startswith("git+") else "git+"
        return without_credentials(f"{prefix}{git}" + (f"@{revision}" if revision else ""))
    found = next((entry[key] for key in ("url", "file", "path") if isinstance(entry.get(key), str)), None)
    return without_credentials(found) if found else None


def marker_of(entry: dict[str, Any]) -> str | None:
    """Return the conditions of an entry as one marker."""
    parts = [entry["markers"]] if isinstance(entry.get("markers"), str) else []
    for key in ("sys_platform", "platform_system", "os_name", "python_version"):  # Pipfile: "== 'win32'"
        if isinstance(entry.get(key), str):
            parts.append(f"{key} {entry[key]}")
    if isinstance(entry.get("platform"), str):
        parts.append(f'sys_platform == "{entry["platform"]}"')
    if isinstance(entry.get("python"), str):
        pieces = specifier_of(entry["python"])[0].split(",")
        found = [re.match(r"([<>=!~]+)([\d.]+?)(\.\*)?$", piece) for piece in pieces]
        parts += [f'python_version {one[1]} "{".".join(one[2].split(".")[:2])}"' for one in found if one]
    return " and ".join(f"({part})" if " or " in part else part for part in parts) or None


def specifier_of(text: str) -> tuple[str, bool]:
    """Return a version as PEP 440 has it, and whether alternatives were lost: of `^1 || ^2` the last is taken."""
    alternatives = [part for part in re.split(r"\s*\|\|?\s*", text.strip()) if part]
    parts = re.split(r"\s*,\s*|(?<=[\w*])\s+(?=[<>=!~^])", alternatives[-1]) if alternatives else []
    pieces = [piece for part in parts for piece in one_specifier(part.strip())]
    return ",".join(pieces), len(alternatives) > 1


def one_specifier(text: str) -> list[str]:
    """Return one condition: `^1.2` admits what does not change the first number that is not 0, `~1.2` all of 1.2."""
    found = re.match(r"(\^|~(?!=))\s*v?(\d+(?:\.\d+)*)(.*)", text)
    if found:
        numbers = [int(number) for number in found[2].split(".")]
        if found[1] == "^":
            kept = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
        else:
            kept = min(1, len(numbers) - 1)
        upper = [*numbers[:kept], numbers[kept] + 1]
        return [f">={found[2]}{found[3]}", f"<{'.'.join(map(str, upper))}"]
    if text in ("", "*"):
        return []
    if re.match(r"\d", text):
        return [f"=={text}"]
    return [re.sub(r"^=(?=\s*\d)", "==", text)]
