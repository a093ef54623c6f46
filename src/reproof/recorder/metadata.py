"""Reads the metadata of an installed distribution, from its folder or out of a zipped egg."""

import os
import zipfile
from typing import Dict, List, Optional


def read_metadata(path: str) -> Optional[str]:
    """Return a file of metadata, from inside a zipped egg too; None if there is none."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except NotADirectoryError:
        return _zipped(path)
    except (OSError, ValueError):
        return None


def metadata_text(info: str) -> str:
    """Return the text with the name and version; a distutils `.egg-info` is that text itself."""
    if info.endswith(".dist-info"):
        return read_metadata(info + "/METADATA") or ""
    return read_metadata(info + "/PKG-INFO") or (read_metadata(info) if info.endswith(".egg-info") else "") or ""


def headers_of(text: str) -> Dict[str, List[str]]:
    """Return the headers of a metadata file, names in lower case."""
    headers: Dict[str, List[str]] = {}
    for line in text.splitlines():
        if not line.strip():
            break
        name, colon, value = line.partition(":")
        if colon and not line[0].isspace():
            headers.setdefault(name.strip().lower(), []).append(value.strip())
    return headers


def _zipped(path: str) -> Optional[str]:
    """Return a file of the metadata in a zipped egg; `path` is below that of the archive."""
    archive, name = os.path.split(path)
    try:
        with zipfile.ZipFile(archive) as egg:
            return egg.read("EGG-INFO/" + name).decode("utf-8", "surrogateescape")
    except (OSError, KeyError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return None
