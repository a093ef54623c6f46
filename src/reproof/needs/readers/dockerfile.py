"""Dockerfiles: the image that the project ran on, and what is installed on top of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reproof.model.project import Project
from reproof.model.requirements import Requirement
from reproof.needs.found import Found, PythonSign, merged
from reproof.needs.reader import Reader
from reproof.needs.shell import read_installs

FILE = re.compile(r"(.*\.)?(Dockerfile|Containerfile)([-_.].*)?|Singularity(\..*)?", re.I)
FROM = re.compile(r"^\s*FROM(?:\s+--\S+)*\s+(\S+)|^\s*From:\s*(\S+)", re.I | re.M)
PYTHON = re.compile(r"(?:^|/)(?:circleci/|cimg/)?python:(\d+\.\d+(?:\.\d+)?)")
FRAMEWORKS = (("tensorflow/tensorflow", "tensorflow"), ("pytorch/pytorch", "torch"))
"""Images that bring a framework of the version in their tag."""


def signs_of_image(image: str, source: str) -> Iterator[PythonSign]:
    """Yield the Python in the name of an image."""
    if found := PYTHON.search(image):
        yield PythonSign("exact", found[1], f"image {image} in {source}")


def read(project: Project, path: str) -> Found:
    """Return the Python and the framework of the images, and what is installed."""
    text = project.text(path) or ""
    signs: list[PythonSign] = []
    hints: list[Requirement] = []
    for found in FROM.finditer(text):
        image, source = found[1] or found[2], f"{path}:{text.count(chr(10), 0, found.start()) + 1}"
        signs += signs_of_image(image, source)
        for name, framework in FRAMEWORKS:
            version = re.match(rf"{name}:(\d+\.\d+(?:\.\d+)?)", image)
            if version:
                exact = version[1] if version[1].count(".") == 2 else f"{version[1]}.*"
                hints.append(Requirement(name=framework, kind="declared", source=source, specifier=f"=={exact}"))
    return merged((Found(pythons=tuple(signs), hints=tuple(hints)), read_installs(text, path)))


DOCKERFILE = Reader("Dockerfile", lambda path: bool(FILE.fullmatch(path.rpartition("/")[2])), read, weak=True)
