"""Distributions for what the code imports and nobody declared; and what cannot be named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from reproof.facts.imports import import_names
from reproof.facts.standard_library import added_in, is_standard, removed_in
from reproof.model.base import Gap
from reproof.model.requirements import Requirement
from reproof.needs.closure import Closure, Foreign
from reproof.needs.found import Found

BACKPORTS = {"dataclasses": "dataclasses", "contextvars": "contextvars", "zoneinfo": "backports.zoneinfo"}
"""Distributions that give older versions of Python 3 a module of the standard library."""
SUCCESSORS = {"distutils": "setuptools"}
"""Distributions that still have what left the standard library."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A module's distributions, the usual one first; none if no index has it, which `note` explains."""

    distributions: tuple[str, ...] = ()
    note: str = ""
    guessed: bool = False
    """Whether the table does not know the module, and its own name is taken."""


def provider_of(module: str, names: Sequence[str] = ()) -> Provider:
    """Return what provides a module. `names` are those imported from it: of a shared namespace they are submodules."""
    table = import_names()
    parts = module.split(".")
    dotted = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    for name in (*(f"{module}.{name}" for name in names), *dotted):
        row = table.get(name)
        if row and row.shared:
            return Provider(note=f"{name} is shared by many distributions, and the table has none for {module}")
        if row:
            return Provider(row.distributions, row.note or "")
    return Provider((canonicalize_name(parts[0]),), guessed=True)


def find_undeclared(closure: Closure, declared: Iterable[Requirement], hints: Iterable[Requirement]) -> Found:
    """Return requirements for the imports that no declared distribution provides.

    A version that a development file, an extra or a README gives for such a distribution is kept.
    """
    have = {one.name for one in declared if one.kind != "constraint"}
    said = {one.name: one for one in reversed(tuple(hints))}
    found: dict[str, Requirement] = {}
    gaps: list[Gap] = []
    for foreign in needed(closure.foreign, have):
        provider = provider_of(foreign.module, foreign.names)
        if have.intersection(provider.distributions):
            continue
        if not provider.distributions:
            effect = "the code that imports it fails where it is not there"
            gaps.append(Gap(what=f"{foreign.where}: {foreign.module}", why=provider.note, effect=effect))
            continue
        for requirement in requirements_of(foreign, provider, said):
            known = found.get(requirement.name)
            if known is None or (known.optional and not requirement.optional):
                found[requirement.name] = requirement
        name = provider.distributions[0]
        if provider.guessed and name not in said and not is_standard(foreign.module.split(".")[0]):
            gaps.append(guess(foreign, name))
    left_out = optional_gap(closure.foreign, have | set(found))
    return Found(requirements=tuple(found.values()), gaps=tuple(dict.fromkeys((*gaps, *left_out))))


def needed(imports: Iterable[Foreign], have: set[str]) -> Iterator[Foreign]:
    """Yield the imports that the code does not do without, those of the standard library left out."""
    every = list(imports)
    always = {one.module.split(".")[0] for one in every if one.need in ("always", "later")}
    for one in every:
        top = one.module.split(".")[0]
        if one.need == "optional" or (is_standard(top) and top not in BACKPORTS and top not in SUCCESSORS):
            continue
        if one.need == "instead" and all(is_there(module, always, have) for module in one.instead_of):
            continue
        yield one


def is_there(module: str, always: set[str], have: set[str]) -> bool:
    """Say whether a module that may be missing is there after all: needed elsewhere, declared, or standard."""
    top = module.split(".")[0]
    return top in always or is_standard(top) or bool(have.intersection(provider_of(module).distributions))


def requirements_of(foreign: Foreign, provider: Provider, said: Mapping[str, Requirement]) -> Iterator[Requirement]:
    """Yield the requirement for an import; one on a backport holds for older versions of Python only."""
    top = foreign.module.split(".")[0]
    marker = None
    name = next((name for name in provider.distributions if name in said), provider.distributions[0])
    if top in BACKPORTS:
        name, marker = canonicalize_name(BACKPORTS[top]), f'python_version < "{added_in(top)}"'
    elif top in SUCCESSORS:
        name, marker = SUCCESSORS[top], f'python_version >= "{removed_in(top)}"'
    where = foreign.where
    if name in said:
        hint = said[name]
        yield hint.model_copy(update={"kind": "imported", "source": f"{hint.source}, {where}"})
        return
    yield Requirement(name=name, kind="imported", source=where, marker=marker, optional=foreign.need == "later")


def guess(foreign: Foreign, name: str) -> Gap:
    """Return the gap for a module of which nothing but its name is known."""
    why = f"no table knows the module, the project does not hold it, and nothing declares it; {name} is tried"
    return Gap(what=f"{foreign.where}: {foreign.module}", why=why, effect="it may be another project, or none")


def optional_gap(imports: Iterable[Foreign], have: set[str]) -> Iterator[Gap]:
    """Yield a gap that names the optional imports that nothing provides."""
    names: dict[str, None] = {}
    for one in imports:
        top = one.module.split(".")[0]
        if one.need != "optional" or is_standard(top):
            continue
        if not have.intersection(provider_of(one.module, one.names).distributions):
            names[top] = None
    if names:
        why = "the code goes on without them, and nothing declares them"
        effect = "they are not installed; the original run may have had them"
        yield Gap(what=f"optional imports: {', '.join(names)}", why=why, effect=effect)
