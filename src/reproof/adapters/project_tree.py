"""Reads an old project's folder: names of its files, texts of those that matter, and when they changed.

Links that lead out of the project are not followed, and nothing of it is executed.
"""

from __future__ import annotations

import codecs
import io
import stat
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reproof.adapters.project_history import read_history
from reproof.errors import UsageError
from reproof.model.base import Gap
from reproof.model.project import Project

MOST = 50_000
"""Files; of a larger folder, what lies deepest is left out."""
LARGEST = 16 << 20
"""Bytes of a file that is read: notebooks hold their pictures, locks name every file."""
LARGEST_SUM = 256 << 20
"""Bytes of all of them."""
SKIPPED = frozenset({
    ".git", ".hg", ".svn", "__pycache__", "node_modules", "site-packages", ".tox", ".nox", ".eggs", ".mypy_cache",
    ".ipynb_checkpoints", "__pypackages__",
})  # fmt: skip
"""Folders that tools fill."""
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
"""How a text begins that says its encoding: PowerShell's `pip freeze > requirements.txt` writes UTF-16."""


@dataclass(slots=True)
class Reading:
    """What has been found so far."""

    root: Path
    sizes: dict[str, int] = field(default_factory=dict)
    modified: dict[str, str] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    complete: bool = True


def read_project(folder: Path, wanted: Callable[[str], bool]) -> Project:
    """Return the project in a folder, with the texts of the files whose paths are `wanted`.

    Raises:
        UsageError: there is no such folder, or it cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", "reproof capture PROJECT -- python train.py")
    reading = Reading(folder.resolve())
    list_files(reading)
    texts: dict[str, str] = {}
    room = LARGEST_SUM
    for path in sorted((path for path in reading.sizes if wanted(path)), key=lambda path: (path.count("/"), path)):
        size = reading.sizes[path]
        if size > LARGEST or size > room:
            reading.gaps.append(unread(path, f"it has {size:,} bytes"))
            continue
        text = read_text(reading, path)
        if text is not None:
            texts[path], room = text, room - size
    if not reading.complete:
        why = f"the folder has more than {MOST:,} files"
        reading.gaps.append(Gap(what="some files of the project", why=why, effect="what they say is not known"))
    history = read_history(reading.root)
    return Project(
        name=reading.root.name,
        paths=frozenset(reading.sizes),
        texts=texts,
        commits={path: history.commits[path] for path in texts if path in history.commits},
        modified={path: reading.modified[path] for path in texts},
        checked_out=history.checked_out,
        gaps=(*reading.gaps, *history.gaps),
    )


def list_files(reading: Reading) -> None:
    """Note every regular file below the root, folders nearest to it first."""
    waiting, known = [reading.root], {reading.root}
    for folder in waiting:
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            if folder == reading.root:
                raise UsageError(f"{folder} cannot be read: {error.strerror}", "check its permissions") from error
            reading.gaps.append(unread(str(folder.relative_to(reading.root)), error.strerror or "it cannot be read"))
            continue
        for entry in entries:
            if len(reading.sizes) >= MOST:
                reading.complete = False
                return
            below = note(reading, entry)
            if below and entry.resolve() not in known:
                known.add(entry.resolve())
                waiting.append(entry)


def note(reading: Reading, entry: Path) -> bool:
    """Note a file; say whether the entry is a folder to look into."""
    try:
        path = str(entry.relative_to(reading.root))
        if not is_unicode(path):
            return False
        if entry.is_symlink() and not entry.resolve(strict=True).is_relative_to(reading.root):
            reading.gaps.append(unread(path, "it is a link that leads out of the project"))
            return False
        status = entry.stat()
    except (OSError, RuntimeError):  # a link to nothing or to itself
        return False
    if stat.S_ISREG(status.st_mode):
        reading.sizes[path] = status.st_size
        changed = datetime.fromtimestamp(int(status.st_mtime), UTC)
        reading.modified[path] = changed.strftime("%Y-%m-%dT%H:%M:%SZ")
        return False
    return stat.S_ISDIR(status.st_mode) and entry.name not in SKIPPED and not (entry / "pyvenv.cfg").exists()


def read_text(reading: Reading, path: str) -> str | None:
    """Return the text of a file with plain line ends; None, and a gap, if it has none."""
    try:
        data = (reading.root / path).read_bytes()
    except OSError as error:
        reading.gaps.append(unread(path, error.strerror or "it cannot be read"))
        return None
    text = next(decoded(data, path), None)
    if text is None and b"\0" in data:
        reading.gaps.append(unread(path, "it is not a text"))
        return None
    if text is None:
        why, effect = "it is not UTF-8 and was read as Latin-1", "letters outside ASCII may be others"
        reading.gaps.append(Gap(what=path, why=why, effect=effect))
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(data: bytes, path: str) -> Iterator[str]:
    """Yield the text in each encoding that fits: the one its first bytes or its coding line name, and UTF-8."""
    named = [encoding for mark, encoding in MARKS if data.startswith(mark)]
    if not named and b"\0" in data:
        return
    if path.endswith(".py") and not named:
        try:
            named = [tokenize.detect_encoding(io.BytesIO(data).readline)[0]]
        except (SyntaxError, UnicodeDecodeError):
            named = []
    for encoding in (*named, "utf-8"):
        try:
            yield data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue


def is_unicode(path: str) -> bool:
    """Say whether a name can be written as UTF-8; others hold bytes that no document can."""
    return not any("\ud800" <= letter <= "\udfff" for letter in path)


def unread(path: str, why: str) -> Gap:
    """Return the gap for a file that was not read."""
    return Gap(what=f"{path} was not read", why=why, effect="what it says or imports is not known")
