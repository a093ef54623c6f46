"""Tells where a distribution came from, by the `direct_url.json` that installers leave (PEP 610)."""

import json
from typing import Any, Dict, Optional


def written_url(text: Optional[str]) -> Dict[str, Any]:
    """Return what the installer wrote; empty for an index, and if it cannot be read."""
    try:
        content = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) and isinstance(content.get("url", ""), str) else {}


def part_of(direct: Dict[str, Any], name: str) -> Dict[str, Any]:
    """Return an object inside of it, such as `vcs_info`; empty if there is none."""
    value = direct.get(name)
    return value if isinstance(value, dict) else {}


def origin_of(direct: Dict[str, Any], owner: Optional[str], by_conda: bool) -> str:
    """Return the model's Origin. `owner` is the distribution package that brought it, None if none did."""
    if owner is not None:
        return "distro"
    if by_conda:
        return "conda"
    if "vcs_info" in direct:
        return "vcs"
    if "dir_info" in direct:
        return "editable" if part_of(direct, "dir_info").get("editable") else "local"
    return "archive" if "archive_info" in direct else "index"
