"""Code, packages and chance: what was written, what it stands on, and how it draws."""

from __future__ import annotations

from collections.abc import Iterator

from reproof.model.snapshot import Distribution, Snapshot
from reproof.report.show.entry import Entry, counted, inside, joined
from reproof.report.words import generator_text, plural, short, size


def code(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield where the code comes from, and its files."""
    git = snapshot.source.git
    if git is None:
        yield Entry("repository", "none", "the files are kept")
    else:
        state = "uncommitted changes" if git.dirty else "clean"
        yield Entry("commit", git.commit or "none yet", joined((git.branch and f"branch {git.branch}") or "", state))
        yield Entry("remote", git.remote or "none", counted(len(git.unpushed), "commit") and
                    f"{plural(len(git.unpushed), 'commit')} that no remote has")  # fmt: skip
        for module in git.submodules:
            yield Entry(
                f"submodule {module.path}",
                short(module.commit or "none"),
                "uncommitted changes" if module.dirty else "",
            )
    for root in snapshot.source.roots:
        yield Entry("folder", root)
    odd = {**dict.fromkeys(git.untracked_used if git else (), "not tracked"),
           **dict.fromkeys(git.ignored_used if git else (), "ignored by git")}  # fmt: skip
    for file in snapshot.source.files:
        name = inside(snapshot, file.path)
        yield Entry(name, size(file.size), joined(odd.get(name, ""), f"link to {file.link}" if file.link else ""))


def packages(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the interpreter and the packages, those that the run imported first."""
    python = snapshot.interpreter
    if python is not None:
        yield Entry(python.implementation, python.version, joined(python.executable, python.owner or ""))
    for found in sorted(snapshot.distributions, key=lambda dist: (not used(dist), dist.name.lower())):
        yield Entry(found.name, found.version, package_note(found))


def used(found: Distribution) -> bool:
    """Say whether the run had anything of a package."""
    return found.imported or found.loaded > 0


def package_note(found: Distribution) -> str:
    """Return what is unusual of a package, or that the run had no use for it."""
    origin = "" if found.origin == "index" else f"{found.origin} {found.direct_url or ''}".rstrip()
    modified = f"{plural(len(found.modified), 'file')} MODIFIED" if found.modified else ""
    commit = f"commit {short(found.commit)}" if found.commit else ""
    return joined(modified, origin, commit, found.build or "", "" if used(found) else "not used")


def randomness(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the generators, the seeds in the code, and what else changes from run to run."""
    for generator in snapshot.randomness:
        yield Entry(generator.name, generator_text(generator), f"at {generator.where}" if generator.where else "")
    for use in snapshot.seeds:
        state = "seeded" if use.seeded else "NOT seeded"
        yield Entry(f"{inside(snapshot, use.path)}:{use.line}", state, f"{use.call}({use.seed or ''})")
    for hazard in snapshot.hazards:
        yield Entry(f"{inside(snapshot, hazard.path)}:{hazard.line}", hazard.kind, hazard.code)
