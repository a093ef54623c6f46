"""Files of CI services: the versions of Python that a project was tested with, and what its tests needed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from reproof.model.project import Project
from reproof.needs.found import Found, PythonSign, merged
from reproof.needs.reader import Reader
from reproof.needs.readers.dockerfile import PYTHON
from reproof.needs.readers.places import unparsed, where
from reproof.needs.shell import DEBIAN, read_installs

KEYS = frozenset({"python", "python-version", "python_version", "pythonversion", "python.version", "python-versions"})
VERSION = re.compile(r"(?:^|[^\w.])(?:py(?:thon)?-?)?([23]\.\d{1,2})(?:\.\d+|\.x)?(?!\d|\.\d)")
PACKAGES = ("packages", "apt_packages")


class Plain(yaml.SafeLoader):
    """Reads numbers as texts: 3.10 is no 3.1."""


Plain.yaml_implicit_resolvers = {
    first: [one for one in resolvers if not one[0].endswith((":float", ":int"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(project: Project, path: str) -> Found:
    """Return the versions of Python that are named, and what is installed, of an index as hints."""
    text = project.text(path) or ""
    try:
        data = yaml.load(text, Plain)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return unparsed(path, error)
    versions = dict.fromkeys(version for version in versions_in(data, ""))
    signs = (PythonSign("tested", version, where(path, text, version)) for version in versions)
    packages = dict.fromkeys(packages_in(data, ""))
    return merged((Found(pythons=tuple(signs), system_packages=tuple(packages)), read_installs(text, path)))


def versions_in(value: object, key: str) -> Iterator[str]:
    """Yield the versions below keys that name Python, and of its images."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from versions_in(inner, str(name).lower())
    elif isinstance(value, list):
        for inner in value:
            yield from versions_in(inner, key)
    elif isinstance(value, str):
        if key in KEYS:
            yield from VERSION.findall(value)
        elif key in ("image", "container"):
            yield from (".".join(version.split(".")[:2]) for version in PYTHON.findall(value))


def packages_in(value: object, key: str) -> Iterator[str]:
    """Yield the packages that are listed for apt."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from packages_in(inner, "apt" if key == "apt" and name in PACKAGES else str(name).lower())
    elif isinstance(value, list) and key == "apt":
        yield from (one for one in value if isinstance(one, str) and DEBIAN.fullmatch(one))
    elif isinstance(value, list):
        for inner in value:
            yield from packages_in(inner, key)


TRAVIS = Reader("Travis", lambda path: path == ".travis.yml", read, weak=True)
GITHUB = Reader(
    "GitHub workflow", lambda path: bool(re.fullmatch(r"\.github/workflows/[^/]+\.ya?ml", path)), read, weak=True
)
GITLAB = Reader("GitLab", lambda path: path == ".gitlab-ci.yml", read, weak=True)
CIRCLECI = Reader("CircleCI", lambda path: path in (".circleci/config.yml", "circle.yml"), read, weak=True)
AZURE = Reader("Azure", lambda path: path == "azure-pipelines.yml", read, weak=True)
