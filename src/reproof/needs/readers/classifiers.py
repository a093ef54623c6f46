"""Trove classifiers that name versions of Python, and specifiers of `requires-python`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reproof.needs.found import PythonSign

VERSION = re.compile(r"Programming Language :: Python :: (\d+\.\d+)\s*$")
ONLY = re.compile(r"Programming Language :: Python :: (\d) :: Only\s*$")


def signs_of_classifiers(classifiers: Iterable[str], source: str) -> Iterator[PythonSign]:
    """Yield the versions that a distribution says it works with."""
    for classifier in classifiers:
        if found := VERSION.match(classifier.strip()):
            yield PythonSign("tested", found[1], f"classifier in {source}")
        elif found := ONLY.match(classifier.strip()):
            yield PythonSign("range", f"=={found[1]}.*", f"classifier in {source}")


def requires_python(specifier: object, source: str) -> Iterator[PythonSign]:
    """Yield the range that a distribution asks for."""
    if isinstance(specifier, str) and specifier.strip():
        yield PythonSign("range", specifier.strip(), f"requires-python in {source}")
