"""YAML: every value by its key path, as in JSON; a file of several documents is a list of them."""

from __future__ import annotations

import datetime

import yaml

from reproof.compare.evidence import Comparator, Evidence, Pair
from reproof.compare.trees import Opaque, compare_files, parses


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is named like YAML and holds nothing but plain data."""
    return name.lower().endswith((".yaml", ".yml")) and parses(load, data)


def compare(pair: Pair) -> Evidence:
    """Return how two YAML files differ. Raises ValueError when one of them is damaged."""
    return compare_files(pair, load, "values")


def load(data: bytes) -> object:
    """Return the data of a file. Raises ValueError for what is no YAML, or more than plain data."""
    try:
        documents = [plain(document) for document in yaml.safe_load_all(data)]
    except yaml.YAMLError as error:
        raise ValueError(f"it is no YAML of plain data: {' '.join(str(error).split())}") from error
    return documents[0] if len(documents) == 1 else documents


def plain(value: object) -> object:
    """Return a value in the kinds that JSON knows. Keys become text, dates are written as in ISO 8601."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else f"[{key!r}]": plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set):
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return Opaque(value) if isinstance(value, bytes) else value


YAML = Comparator("yaml", recognizes, compare)
