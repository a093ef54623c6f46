"""The parameters of a run: what its command line and its files of settings gave it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from reproof.capture.arguments import Scalar, read_arguments
from reproof.capture.keeping import Keeper
from reproof.capture.learned import Learned
from reproof.capture.redaction import REDACTED, Redactor
from reproof.capture.roles import LARGEST_SETTINGS
from reproof.model.base import Gap
from reproof.model.snapshot import Input, Output, Parameter
from reproof.store.files import file_digest

MOST = 1000
"""Parameters of a run; settings are written by people, and what has more is data."""
ANY_GRAMMAR = (".cfg", ".conf", ".ini")
"""Names that INI files share with files of many other forms: one that cannot be read is no surprise."""
LONGEST = 500
"""Characters of a value; a longer text is cut."""
WRITTEN = re.compile(r"(^|/)(\.hydra/config\.yaml|hparams\.yaml)$")
"""Where Hydra and Lightning write the settings that a run really had."""


def learn_parameters(
    argv: Sequence[str], inputs: Iterable[Input], outputs: Iterable[Output], keeper: Keeper
) -> Learned[tuple[Parameter, ...]]:
    """Return the parameters of the command line, then those of each file of settings that was read or written.

    A file that is not kept because of a secret in it is read without that. Raises StoreError.
    """
    files = [(entry.path, entry.digest) for entry in inputs if entry.role == "configuration"]
    files += [(entry.path, entry.digest) for entry in outputs
              if entry.size <= LARGEST_SETTINGS and WRITTEN.search(entry.path)]  # fmt: skip
    found = list(parameters(read_arguments(argv), "argv", keeper.redactor))
    gaps: list[Gap] = []
    for path, digest in files:
        data = bytes_without_secrets(path, digest, keeper) if digest else None
        if data is None:
            continue  # why it is not kept is told
        settings = settings_in(data, path)
        if settings is None and not path.endswith(ANY_GRAMMAR):
            effect = "a parameter in it that changes is not told by name"
            gaps.append(Gap(what=f"the parameters in {path}", why="it cannot be read as settings", effect=effect))
        found += parameters(settings or (), path, keeper.redactor)
    if len(found) > MOST:
        why = f"the run was given {len(found):,}, of which the first {MOST:,} are kept"
        gaps.append(Gap(what="parameters", why=why, effect="a later one that changes is not told by name"))
    return Learned(tuple(found[:MOST]), tuple(gaps))


def bytes_without_secrets(path: str, digest: str, keeper: Keeper) -> bytes | None:
    """Return what a file of settings holds, each secret replaced; None if it is gone, or holds secrets by its name."""
    if digest in keeper.blobs:
        return keeper.blobs.get(digest)
    held = None if keeper.is_private(path) else keeper.bytes_of(path, digest)
    if held is None or file_digest(held, digest) != digest:
        return None
    return keeper.redactor.data(held.read_bytes())


def settings_in(data: bytes, path: str) -> tuple[tuple[str, Scalar], ...] | None:
    """Return the settings of a file, as `read_settings` does, whose readers are loaded when there is one."""
    from reproof.capture.configuration import read_settings

    return read_settings(data, path)


def parameters(settings: Iterable[tuple[str, Scalar]], source: str, redactor: Redactor) -> Iterator[Parameter]:
    """Yield settings as parameters, without secrets; of a name that comes twice, the last value."""
    for name, value in dict(settings).items():
        yield Parameter(name=redactor.text(name)[:LONGEST], value=without_secret(name, value, redactor), source=source)


def without_secret(name: str, value: Scalar, redactor: Redactor) -> Scalar:
    """Return a value, redacted if it has the shape of a secret or its name says that it is one."""
    if not isinstance(value, str):
        return value
    last = re.split(r"[.\[]", name)[-1]
    if redactor.text(f"{last}={value}") != f"{last}={value}":
        return redactor.text(value) if redactor.text(value) != value else REDACTED
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
