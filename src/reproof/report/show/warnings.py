"""What of a record keeps a run from being repeated, or would surprise whoever repeats it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from reproof.model.snapshot import Hazard, Input, Snapshot
from reproof.report.show.entry import Entry, inside, named
from reproof.report.words import ending, plural, short, size

GLOBAL = {"random": "Python", "numpy": "numpy", "torch": "torch", "tensorflow": "TensorFlow", "jax": "JAX"}
"""Whose global generator it is, by the generator's name."""
HASHED = ("set order", "hash")
"""Hazards that a fixed hash seed takes away."""
HAZARDS = {
    "clock": "reads the clock", "set order": "iterates over a set", "hash": "uses the hash of a text",
    "object address": "depends on where objects lie in memory", "input": "waits for somebody at a keyboard",
    "random name": "makes a name by chance", "outside": "asks something outside",
    "file order": "lists a folder in the order that the disk has", "parallel": "depends on which worker is first",
}  # fmt: skip


def list_warnings(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the warnings, the gravest first; nothing for a run that can be repeated as it is."""
    for find in WARNINGS:
        yield from find(snapshot)


def endings(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield an end that was none, or no good one."""
    command = snapshot.command
    if snapshot.kind == "capture":
        return
    if command.interrupted:
        yield Entry("the run was interrupted", note="its results are partial")
    elif command.exit_code or command.signal is not None:
        yield Entry(f"the run failed: {ending(snapshot)}", note="a replay has to fail in the same way")


def generators(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield generators that were used and never seeded, and code that draws without a seed."""
    for generator in snapshot.randomness:
        if generator.used and generator.seeded is False:
            owner = GLOBAL.get(generator.name)
            what = f"{owner}'s global generator" if owner else f"the generator {generator.name}"
            yield Entry(f"{what} was used and never seeded", note="each run draws other numbers")
    calls: dict[str, list[str]] = defaultdict(list)
    for use in snapshot.seeds:
        if not use.seeded:
            calls[use.call].append(f"{inside(snapshot, use.path)}:{use.line}")
    for call, places in calls.items():
        yield Entry(f"{call}() has no seed: {named(places)}", note="each run draws other numbers")


def repository(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield what keeps the commit from being the code that ran."""
    git = snapshot.source.git
    if git is None:
        return
    if git.dirty:
        yield Entry("there were uncommitted changes", note="the commit is not the code that ran; its files are kept")
    if git.unpushed:
        told = f"no remote is known to have {plural(len(git.unpushed), 'commit')}, the newest {short(git.unpushed[0])}"
        yield Entry(told, note="nobody else can fetch what ran; its files are kept")
    for files, what in ((git.untracked_used, "not tracked by git"), (git.ignored_used, "ignored by git")):
        if files:
            noun = "file that the run used is" if len(files) == 1 else "files that the run used are"
            them = "it" if len(files) == 1 else "them"
            yield Entry(f"{len(files):,} {noun} {what}: {named(files)}", note=f"a clone does not have {them}")
    for module in git.submodules:
        if module.dirty:
            yield Entry(f"the submodule {module.path} had uncommitted changes", note="its commit is not what ran")


def packages(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield packages that the run used and that are not what was published. Launchers lie outside, and are rewritten
    when an environment is moved; an editable package is the project's own code."""
    for found in snapshot.distributions:
        edited = [path for path in found.modified if not path.startswith("../")]
        if edited and (found.imported or found.loaded) and found.origin != "editable":
            files = plural(len(edited), "installed file")
            told = f"{found.name}: {files} not as published: {named(edited)}"
            yield Entry(told, note=f"{found.name} {found.version} of an index is not what ran")


def data(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield data that changed, that could not be read, that was not there, and that a replay needs at its place."""
    changed = [inside(snapshot, file.path) for file in snapshot.inputs if file.changed]
    changed += [inside(snapshot, folder.path) for folder in snapshot.datasets if folder.changed]
    if changed:
        yield Entry(f"changed during the run: {named(changed)}", note="which of its bytes were read is not known")
    unread = [inside(snapshot, file.path) for file in snapshot.inputs if file.digest is None]
    if unread:
        yield Entry(f"read by the run, but not by the recorder: {named(unread)}", note="it cannot be checked later")
    found = [(file.path, file.pointer) for file in snapshot.inputs]
    found += [(f"{folder.path}/", folder.pointer) for folder in snapshot.datasets]
    unpulled = [inside(snapshot, path) for path, pointer in found if pointer and not pointer.pulled]
    if unpulled:
        yield Entry(f"a pointer was read in place of the data: {named(unpulled)}", note="fetch it: git lfs pull")
    absent = [file for file in snapshot.inputs if not file.kept and file.digest and not file.pointer]
    if absent:
        yield Entry(only_by_hash(snapshot, absent), note="needed at its place when the run is repeated")


def only_by_hash(snapshot: Snapshot, files: list[Input]) -> str:
    """Return the sentence on inputs that are not kept."""
    total = size(sum(file.size for file in files))
    return (
        f"{plural(len(files), 'input')} of {total} kept by hash alone: {named(inside(snapshot, f.path) for f in files)}"
    )


def hazards(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield what else changes from run to run, by its kind; what hangs on hashes only while their seed is random."""
    fixed = snapshot.numerics.settings.get("python.hash_seed", "random") != "random"
    kinds: dict[str, list[Hazard]] = defaultdict(list)
    for hazard in snapshot.hazards:
        if not (fixed and hazard.kind in HASHED):
            kinds[hazard.kind].append(hazard)
    for kind, found in kinds.items():
        places = named(f"{inside(snapshot, hazard.path)}:{hazard.line}" for hazard in found)
        unpinned = ", and PYTHONHASHSEED is not set" if kind in HASHED else ""
        yield Entry(f"the code {HAZARDS.get(kind, kind)}{unpinned}: {places}", note=found[0].effect)


def outputs(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield results of which the bytes are not kept."""
    absent = [output for output in snapshot.outputs if not output.kept]
    if absent:
        told = f"{plural(len(absent), 'output')} kept by hash alone: {named(output.name for output in absent)}"
        yield Entry(told, note="if it differs in a replay, nobody can say by how much")


WARNINGS: tuple[Callable[[Snapshot], Iterator[Entry]], ...] = (
    endings, generators, repository, packages, data, hazards, outputs,
)  # fmt: skip
