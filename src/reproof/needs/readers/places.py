"""Where in a file something is said, for formats whose parsers do not tell; and gaps for files that do not parse."""

from __future__ import annotations

import tomllib
from typing import Any

from reproof.model.base import Gap
from reproof.needs.found import Found


def where(path: str, text: str, said: str) -> str:
    """Return `path:line` of the first line that holds a text; the path alone if none does."""
    for number, line in enumerate(text.split("\n"), 1):
        if said in line:
            return f"{path}:{number}"
    return path


def unparsed(path: str, error: object) -> Found:
    """Return the gap for a file that is not what its name says."""
    why = " ".join(str(error).split())[:200] or "it cannot be parsed"
    return Found(gaps=(Gap(what=path, why=why, effect="what it says is not known"),))


def load_toml(text: str) -> dict[str, Any]:
    """Return a TOML document. Raises ValueError if it is none."""
    try:
        return tomllib.loads(text.lstrip("\ufeff"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def table(value: object) -> dict[str, Any]:
    """Return a table; an empty one for anything else that a person may have written in its place."""
    return value if isinstance(value, dict) else {}


def array(value: object) -> list[Any]:
    """Return a list; of a single text, one with it."""
    if isinstance(value, str):
        return [value]
    return value if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return the texts in a list."""
    return [one for one in array(value) if isinstance(one, str)]
