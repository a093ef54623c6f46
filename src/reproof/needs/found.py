"""What one file says that its project needs. Facts of all files are put together by `merged`."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal, TypeVar

from reproof.model.base import Gap
from reproof.model.requirements import Requirement

SignKind = Literal["exact", "tested", "range"]


@dataclass(frozen=True, slots=True)
class PythonSign:
    """A sign of the Python that a project was run with.

    `exact`: it says which one it uses (`3.6`, `3.6.9`). `tested`: one of those that it is said to work with.
    `range`: a specifier that leaves many (`>=3.5,<3.8`).
    """

    kind: SignKind
    value: str
    where: str
    """What says so, as in "classifier in setup.py:12"."""


@dataclass(frozen=True, slots=True)
class Found:
    """Facts of one or more files. `hints` are requirements of development files and extras: they count if imported."""

    requirements: tuple[Requirement, ...] = ()
    hints: tuple[Requirement, ...] = ()
    pythons: tuple[PythonSign, ...] = ()
    places: tuple[str, ...] = ()
    system_packages: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def as_hints(self) -> Found:
        """Return the same facts with no requirement firm, as of an extra or a group for development."""
        return Found(hints=(*self.requirements, *self.hints), pythons=self.pythons)

    def weakened(self) -> Found:
        """Return the same facts with no requirement firm, as of a file that says how one environment was made."""
        return replace(self.as_hints(), system_packages=self.system_packages, gaps=self.gaps)

    def from_afar(self) -> Found:
        """Return the same facts as of a file that speaks of other parts of the project."""
        signs = (replace(sign, kind="tested") if sign.kind == "exact" else sign for sign in self.pythons)
        return replace(self.as_hints(), pythons=tuple(sign for sign in signs if sign.kind == "tested"))


def merged(parts: Iterable[Found]) -> Found:
    """Return all facts of the parts in their order, each of them once."""
    every = list(parts)
    return Found(
        requirements=unique(chain.from_iterable(part.requirements for part in every)),
        hints=unique(chain.from_iterable(part.hints for part in every)),
        pythons=unique(chain.from_iterable(part.pythons for part in every)),
        places=unique(chain.from_iterable(part.places for part in every)),
        system_packages=unique(chain.from_iterable(part.system_packages for part in every)),
        gaps=unique(chain.from_iterable(part.gaps for part in every)),
    )


T = TypeVar("T", bound=Hashable)


def unique(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
