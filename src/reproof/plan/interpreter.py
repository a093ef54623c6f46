"""Decides how the image gets its Python: from the image, carried as recorded, or as the distribution's package."""

from __future__ import annotations

from dataclasses import dataclass

from reproof.bases.candidates import is_conda
from reproof.model.base import Blob, Gap
from reproof.model.plan import Alternative, Decision
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Interpreter, Snapshot

IMAGE_PYTHON = "/usr/local/bin"
"""Where the official Python images keep their interpreter."""
NO_INTERPRETER = "/usr/bin/python3"
"""Runs the recorder where the command itself is no Python."""


@dataclass(frozen=True, slots=True)
class Python:
    """The interpreter of an image. `own`: it is the image's."""

    path: str
    carried: Blob | None
    decisions: tuple[Decision, ...]
    warnings: tuple[Gap, ...] = ()
    own: bool = False


def image_python(interpreter: Interpreter, resolution: Resolution) -> Python:
    """Return the interpreter of an official image with the version that is wanted."""
    word = how(resolution)
    path = f"{IMAGE_PYTHON}/python{'.'.join(interpreter.version.split('.')[:2])}"
    decision = Decision(
        subject="interpreter",
        choice=f"{path} of the image",
        reason=f"it is the {word} patch version, {interpreter.version}",
        evidence=f"{word} binary {short(interpreter.digest)}",
        alternatives=(
            Alternative(choice=f"carry the {word} interpreter", reason="an image with the same version exists"),
        ),
    )
    warning = Gap(
        what="the interpreter's binary",
        why="the image's Python has the recorded version but was built by somebody else",
        effect="its standard library's compiled parts may differ from the recorded ones; the verdict counts them",
    )
    return Python(path, None, (decision,), () if resolution.python else (warning,), own=True)


def carried_python(
    snapshot: Snapshot, resolution: Resolution, why: str, others: tuple[Alternative, ...] = ()
) -> Python | None:
    """Return the recorded interpreter at its original prefix; None when a distribution owns it or it was not kept.

    `why` it is carried, and what was turned down for it.
    """
    interpreter = snapshot.interpreter
    if interpreter is None or resolution.interpreter is None or is_distributions(snapshot):
        return None
    decision = Decision(
        subject="interpreter",
        choice=f"carried: the {how(resolution)} {interpreter.base_prefix}",
        reason="conda made it, and its libraries refer to that place" if is_conda(snapshot) else why,
        evidence=f"{interpreter.implementation} {interpreter.version}, {short(interpreter.digest)}",
        alternatives=others,
    )
    return Python(interpreter.binary, resolution.interpreter, (decision,))


def distribution_python(snapshot: Snapshot, resolution: Resolution) -> Python | None:
    """Return the interpreter that a package of the distribution brings; None when none does."""
    interpreter = snapshot.interpreter
    if interpreter is None or interpreter.owner is None or not is_distributions(snapshot):
        return None
    decision = Decision(
        subject="interpreter",
        choice=f"the distribution's {interpreter.owner.partition(':')[2]}",
        reason=f"a distribution package owns the {how(resolution)} binary",
        evidence=f"{interpreter.binary} {short(interpreter.digest)}",
    )
    return Python(interpreter.binary, None, (decision,))


def how(resolution: Resolution) -> str:
    """Return the word for where the interpreter was learned from."""
    return "chosen" if resolution.python else "recorded"


def is_distributions(snapshot: Snapshot) -> bool:
    """Say whether a package of the operating system owns the interpreter."""
    interpreter = snapshot.interpreter
    return interpreter is not None and interpreter.owner is not None and not is_conda(snapshot)


def outside_libraries(interpreter: Interpreter) -> tuple[str, ...]:
    """Return the libraries that a carried interpreter links to and that do not lie below its own prefix."""
    return tuple(path for path in interpreter.needs if not path.startswith(f"{interpreter.base_prefix}/"))


def short(digest: str | None) -> str:
    """Return the beginning of a digest."""
    return digest[:19] if digest else "of unknown digest"
