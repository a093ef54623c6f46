"""`pyproject.toml`: PEP 621, 735 and 518, and what PDM, Hatch, uv, setuptools and old Flit keep below `tool`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from reproof.model.base import Gap
from reproof.model.project import Project, beside
from reproof.model.requirements import RequirementKind
from reproof.needs.found import Found, merged
from reproof.needs.reader import Reader
from reproof.needs.readers.classifiers import requires_python, signs_of_classifiers
from reproof.needs.readers.places import array, load_toml, table, texts, unparsed, where
from reproof.needs.readers.poetry import read_poetry
from reproof.needs.readers.requirements_txt import read as read_requirements
from reproof.needs.spelling import read_requirement, without_credentials


@dataclass(frozen=True, slots=True)
class Source:
    """The file that is read."""

    project: Project
    path: str
    text: str

    def requirements(self, lines: object, kind: RequirementKind = "declared") -> Found:
        """Return what a list of requirements says, each with its line."""
        return merged(read_requirement(line, where(self.path, self.text, line), kind) for line in texts(lines))

    def where(self, said: str) -> str:
        return where(self.path, self.text, said)


def recognizes(path: str) -> bool:
    """Say whether a file is a project's declaration."""
    return path.rpartition("/")[2] == "pyproject.toml"


def read(project: Project, path: str) -> Found:
    """Return what all tables say; extras and groups are hints."""
    text = project.text(path) or ""
    try:
        data = load_toml(text)
    except ValueError as error:
        return unparsed(path, error)
    source, tool = Source(project, path, text), table(data.get("tool"))
    return merged((
        read_project_table(table(data.get("project")), source),
        read_dynamic(data, source),
        read_poetry(table(tool.get("poetry")), path, text),
        read_old_flit(table(table(tool.get("flit")).get("metadata")), source),
        read_groups(table(data.get("dependency-groups")), source),
        read_tools(tool, source),
        source.requirements(table(data.get("build-system")).get("requires"), "build"),
    ))  # fmt: skip


def read_project_table(declared: dict[str, Any], source: Source) -> Found:
    """Return what PEP 621's table says."""
    extras = table(declared.get("optional-dependencies"))
    signs = (
        *requires_python(declared.get("requires-python"), source.where("requires-python")),
        *signs_of_classifiers(texts(declared.get("classifiers")), source.path),
    )
    return merged((
        Found(pythons=signs),
        source.requirements(declared.get("dependencies")),
        *(source.requirements(lines).as_hints() for lines in extras.values()),
    ))  # fmt: skip


def read_dynamic(data: dict[str, Any], source: Source) -> Found:
    """Return what setuptools reads from files; a gap where another tool finds out while it builds."""
    dynamic = texts(table(data.get("project")).get("dynamic"))
    kept = table(table(table(data.get("tool")).get("setuptools")).get("dynamic"))
    given = table(kept.get("dependencies")).get("file")
    parts = [read_requirements(source.project, beside(source.path, name) or name) for name in texts(given)]
    for lines in table(kept.get("optional-dependencies")).values():
        names = texts(table(lines).get("file"))
        parts += [read_requirements(source.project, beside(source.path, name) or name).as_hints() for name in names]
    beside_it = beside(source.path, "setup.py")
    if "dependencies" in dynamic and not given and beside_it not in source.project.paths:
        why = "the build tool finds them out while it builds"
        gap = Gap(what=f"{source.where('dynamic')}: dependencies", why=why, effect="only imports tell what is needed")
        parts.append(Found(gaps=(gap,)))
    return merged(parts)


def read_old_flit(metadata: dict[str, Any], source: Source) -> Found:
    """Return what Flit's table before PEP 621 says."""
    signs = (
        *requires_python(metadata.get("requires-python"), source.where("requires-python")),
        *signs_of_classifiers(texts(metadata.get("classifiers")), source.path),
    )
    extras = table(metadata.get("requires-extra")).values()
    lines = [*texts(metadata.get("requires"))]
    return merged((
        Found(pythons=signs),
        source.requirements(lines),
        *(source.requirements(extra).as_hints() for extra in extras),
        source.requirements(metadata.get("dev-requires")).as_hints(),
    ))  # fmt: skip


def read_groups(groups: dict[str, Any], source: Source) -> Found:
    """Return what PEP 735's groups hold. What one includes is read where it stands."""
    return merged(source.requirements(lines).as_hints() for lines in groups.values())


def read_tools(tool: dict[str, Any], source: Source) -> Found:
    """Return what PDM, Hatch and uv keep: dependencies for development and for environments, and indexes."""
    pdm, uv = table(tool.get("pdm")), table(tool.get("uv"))
    urls = [{"url": url} for url in (uv.get("index-url"), *texts(uv.get("extra-index-url")))]
    lists: list[object] = [uv.get("dev-dependencies"), *table(pdm.get("dev-dependencies")).values()]
    for environment in table(table(tool.get("hatch")).get("envs")).values():
        lists += [table(environment).get(name) for name in ("dependencies", "extra-dependencies")]
    return merged((
        Found(places=tuple(indexes([*array(pdm.get("source")), *array(uv.get("index")), *urls]))),
        *(source.requirements(lines).as_hints() for lines in lists),
    ))  # fmt: skip


def indexes(sources: Iterable[object]) -> Iterator[str]:
    """Yield the addresses of indexes."""
    for one in sources:
        url = table(one).get("url")
        if isinstance(url, str):
            yield without_credentials(url)


PYPROJECT = Reader("pyproject.toml", recognizes, read)
