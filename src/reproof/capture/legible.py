"""Documents are Unicode text; names on disk, words and variables may be any bytes. What is no text is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reproof.model.base import Gap

FILES = ("loaded", "read", "written")


def is_legible(text: str) -> bool:
    """Say whether a text that came from the operating system was valid UTF-8 there."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def spell(text: str) -> str:
    r"""Return a text with each byte that is not UTF-8 spelled out: `odd\xff`."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def spell_all(variables: Mapping[str, str]) -> dict[str, str]:
    """Return environment variables with all that is not UTF-8 spelled out."""
    return {spell(name): spell(value) for name, value in variables.items()}


def left_out(path: str) -> Gap:
    """Return the gap for a file whose name cannot be in a document."""
    effect = "it is neither carried nor compared"
    return Gap(what=f"{spell(path)} is not in the record", why="its name is not UTF-8", effect=effect)


def legible_gap(gap: Gap) -> Gap:
    """Return a gap that may name anything on disk, all in it that is not UTF-8 spelled out."""
    return Gap(what=spell(gap.what), why=spell(gap.why), effect=spell(gap.effect))


def make_legible(recording: dict[str, Any]) -> tuple[dict[str, Any], list[Gap]]:
    """Return a recording without the files whose names are not UTF-8, all else spelled out, and a gap for each."""
    gaps: list[Gap] = []
    kept = dict(recording)
    for kind in FILES:
        kept[kind] = [entry for entry in recording[kind] if is_legible(entry["path"])]
        gaps += [left_out(entry["path"]) for entry in recording[kind] if not is_legible(entry["path"])]
    return {name: spelled(value, gaps) for name, value in kept.items()}, gaps


def spelled(value: Any, gaps: list[Gap]) -> Any:
    """Return a JSON value with its texts spelled out; each that this changes becomes a gap."""
    if isinstance(value, str) and not is_legible(value):
        effect = "the replay gets the spelling instead"
        gaps.append(Gap(what=f"{spell(value)} is spelled out", why="it is not UTF-8", effect=effect))
        return spell(value)
    if isinstance(value, list):
        return [spelled(item, gaps) for item in value]
    if isinstance(value, dict):
        return {spell(name): spelled(item, gaps) for name, item in value.items()}
    return value
