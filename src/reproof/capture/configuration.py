"""Reads files of settings into dotted names and plain values. What is broken, or too deep, gives what could be read."""

from __future__ import annotations

import configparser
import json
import math
import tomllib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

import yaml

from reproof.capture.arguments import Scalar, typed

DEEPEST = 50
"""Levels; below that a file is no settings."""
VISITED = 100_000
"""Values that are looked at, so that a file whose aliases multiply cannot keep us busy."""
LISTED = 32
"""Plain values in a list that is one parameter; a longer list is one for each."""


class Loader(yaml.SafeLoader):
    """Plain YAML; a tag that only the program knows (`!env`, `!include`) leaves the value that it stands before."""


def plain(loader: Loader, _: str, node: yaml.Node) -> Any:
    """Return the value of a node without its tag."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


Loader.add_multi_constructor("", plain)


def read_settings(data: bytes, path: str) -> tuple[tuple[str, Scalar], ...] | None:
    """Return names and values of a file, in its order; None when it is damaged or none of the known formats."""
    read = READERS.get(PurePosixPath(path).suffix.lower())
    if read is None:
        return None
    try:
        return tuple(flatten(read(data.decode("utf-8-sig"))))
    except (ValueError, yaml.YAMLError, configparser.Error, RecursionError, OverflowError):
        return None


def read_ini(text: str) -> dict[str, dict[str, str]]:
    """Return the sections of an INI file. Raises configparser.Error."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, default_section="")
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


READERS: dict[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yaml": lambda text: yaml.load(text, Loader=Loader),
    ".yml": lambda text: yaml.load(text, Loader=Loader),
    ".ini": read_ini,
    ".cfg": read_ini,
    ".conf": read_ini,
}


def flatten(root: Any) -> Iterator[tuple[str, Scalar]]:
    """Yield the plain values below a value, named by their path. What is no mapping or list at the top has no name."""
    pending: list[tuple[str, Any, int]] = [("", root, 0)]
    for _ in range(VISITED):
        if not pending:
            return
        name, value, depth = pending.pop()
        below = children(name, value) if depth < DEEPEST else []
        if below:
            pending += [(inner, item, depth + 1) for inner, item in reversed(below)]
        elif name and not isinstance(value, dict | list):
            yield name, scalar(value)
        elif name and isinstance(value, list) and depth < DEEPEST:
            yield name, json.dumps([scalar(item) for item in value])


def children(name: str, value: Any) -> list[tuple[str, Any]]:
    """Return what is below a mapping, or below a list that is not simply a few values."""
    if isinstance(value, dict):
        return [(f"{name}.{key}" if name else str(key), item) for key, item in value.items()]
    if isinstance(value, list) and (len(value) > LISTED or any(isinstance(item, dict | list) for item in value)):
        return [(f"{name}[{index}]", item) for index, item in enumerate(value)]
    return []


def scalar(value: Any) -> Scalar:
    """Return a plain value: text that is a number is one (YAML takes `1e-3` for text); dates and the like as text."""
    if isinstance(value, str):
        return typed(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return typed(str(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return str(value)
