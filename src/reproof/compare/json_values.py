"""JSON: every value by its key path; numbers by tolerance; types, lengths and the order of keys by name."""

from __future__ import annotations

import json

from reproof.compare.evidence import Comparator, Evidence, Pair
from reproof.compare.trees import compare_files, parses


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is named and formed like JSON."""
    return name.lower().endswith((".json", ".geojson")) and parses(json.loads, data)


def compare(pair: Pair) -> Evidence:
    """Return how two JSON files differ. Raises ValueError when one of them is damaged."""
    return compare_files(pair, json.loads, "values")


JSON = Comparator("json", recognizes, compare)
