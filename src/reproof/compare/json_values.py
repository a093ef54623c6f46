"""JSON: every value by its key path; numbers by tolerance; types, lengths and the order of keys by name."""

from __future__ import annotations

import json

from reproof.compare.evidence import Comparator, Evidence, Findings, Pair
from reproof.compare.trees import Place, compare_trees


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is named and formed like JSON."""
    if not name.lower().endswith((".json", ".geojson")):
        return False
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def compare(pair: Pair) -> Evidence:
    """Return how two JSON files differ. Raises ValueError when one of them is damaged."""
    findings = Findings(pair.rules, "values")
    compare_trees(findings, pair.name, Place(), json.loads(pair.original), json.loads(pair.replayed))
    return findings.evidence()


JSON = Comparator("json", recognizes, compare)
