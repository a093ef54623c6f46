"""conda's `environment.yml`."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import yaml

from reproof.model.project import Project, beside
from reproof.needs.conda_names import read_conda
from reproof.needs.found import Found, merged
from reproof.needs.reader import Reader
from reproof.needs.readers.places import array, table, texts, unparsed, where
from reproof.needs.readers.requirements_txt import read as read_requirements
from reproof.needs.spelling import read_requirement, without_credentials

ENVIRONMENT = re.compile(r"(.*[-_.])?(environment|env|conda)([-_.].*)?\.ya?ml", re.I)


def read_environment(project: Project, path: str) -> Found:
    """Return what an environment file asks for, of conda and of pip."""
    text = project.text(path) or ""
    try:
        data = table(yaml.safe_load(text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return unparsed(path, error)
    parts: list[Found] = []
    for entry in array(data.get("dependencies")):
        if isinstance(entry, str):
            parts.append(read_conda(entry, where(path, text, entry)))
        parts += [read_pip(line, project, path, text) for line in texts(table(entry).get("pip"))]
    return merged(parts)


def read_pip(line: str, project: Project, path: str, text: str) -> Found:
    """Return what one line of the part for pip asks for."""
    option = re.match(r"(?:-r|--requirement)[\s=]+(\S+)|(?:-i|-f|--(?:extra-)?index-url|--find-links)[\s=]+(\S+)", line)
    if option and option[1]:
        return read_requirements(project, beside(path, option[1]) or option[1])
    if option:
        return Found(places=(without_credentials(option[2]),))
    return read_requirement(re.sub(r"^(-e|--editable)\s+", "", line), where(path, text, line))


def recognizes_environment(path: str) -> bool:
    """Say whether a file is named like an environment."""
    pure = PurePosixPath(path)
    inside = pure.suffix in (".yml", ".yaml") and pure.parent.name.lower() in ("conda", "envs", "environments")
    return bool(ENVIRONMENT.fullmatch(pure.name)) or inside


ENVIRONMENT_YML = Reader("environment.yml", recognizes_environment, read_environment)
