"""Decides what goes on top of the base: virtual environment, wheels, and the variables that the run saw."""

from __future__ import annotations

import re
from collections import Counter

from reproof.model.base import Gap
from reproof.model.plan import Decision, Venv, Wheel
from reproof.model.resolution import Confidence, Pin, Resolution
from reproof.model.snapshot import Interpreter, Snapshot

NOT_REPLAYED = ("LD_PRELOAD", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_REQUIRE_CUDA")
"""The library that the first names is not in the image; the others tell an engine what the plan tells it."""
PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
PYTHON = re.compile(r"python(\d+(\.\d+)*)?$")


def choose_venv(interpreter: Interpreter | None) -> Venv | None:
    """Return the virtual environment to make again; None if the run used none."""
    if interpreter is None or interpreter.prefix == interpreter.base_prefix:
        return None
    return Venv(prefix=interpreter.prefix, system_site_packages=interpreter.system_site_packages)


def choose_wheels(interpreter: Interpreter | None, pins: tuple[Pin, ...]) -> tuple[Wheel, ...]:
    """Return what to install, sorted by name; a package outside the interpreter's own site folder keeps its place."""
    own = {interpreter.purelib, interpreter.platlib} if interpreter else set()
    return tuple(
        Wheel(
            name=pin.name,
            version=pin.version,
            artifact=pin.artifact,
            target=None if pin.location in own else pin.location,
        )
        for pin in sorted(pins, key=lambda pin: (pin.name.lower(), pin.location))
        if pin.artifact is not None
    )


def wheels_decision(pins: tuple[Pin, ...]) -> Decision:
    """Return the decision on packages, counted by how sure we are."""
    counts = Counter(pin.confidence for pin in pins)
    order: tuple[Confidence, ...] = ("proven", "probable", "vendored", "dated", "unknown")
    return Decision(
        subject="packages",
        choice=", ".join(f"{counts[kind]} {kind}" for kind in order if counts[kind]) or "none",
        reason="each is one wheel by sha256; "
        + (
            "it is what the indexes offered on that day"
            if counts["dated"]
            else "proven ones hold the recorded bytes, vendored ones are the recorded bytes"
        ),
        evidence=", ".join(f"{pin.name} {pin.version}" for pin in pins if pin.confidence == "vendored"),
    )


def conda_decision(snapshot: Snapshot, resolution: Resolution) -> tuple[Decision, ...]:
    """Return the decision on the conda environment, if one is carried."""
    if not resolution.conda:
        return ()
    prefix = snapshot.interpreter.base_prefix if snapshot.interpreter else ""
    return (
        Decision(
            subject="conda environment",
            choice=f"carried: {len(resolution.conda)} packages at {prefix}",
            reason="its files refer to that place, and channels remove builds; what pip put on top is installed again",
            evidence="the records in conda-meta, by hash",
        ),
    )


def conda_environment(snapshot: Snapshot, resolution: Resolution) -> tuple[Gap, ...]:
    """Return a warning when conda made the environment and it is not carried: what its packages link to is missing."""
    packages = {found.name for found in snapshot.distributions if found.origin == "conda"}
    others = {found.name for found in snapshot.system.packages if found.manager == "conda"}
    if resolution.conda or (not packages and not others):
        return ()
    return (
        Gap(
            what=f"the conda environment (Python packages: {len(packages)}; others that were used: {len(others)})",
            why="it was not kept: only the interpreter and the Python packages' own files go in",
            effect="what links to conda's libraries (numpy links to its BLAS) may not load, or load another library",
        ),
    )


def choose_variables(snapshot: Snapshot, home: str) -> dict[str, str]:
    """Return the environment of the replay: the recorded variables, with a search path that works in any image."""
    recorded = snapshot.environment.variables
    variables = {name: value for name, value in recorded.items() if name not in NOT_REPLAYED}
    path = [entry for entry in variables.get("PATH", "").split(":") if entry]
    variables["PATH"] = ":".join([*path, *(entry for entry in PATH if entry not in path)])
    variables["HOME"] = home
    return dict(sorted(variables.items()))


def choose_command(snapshot: Snapshot, executable: str) -> tuple[str, ...]:
    """Return the recorded words; a bare `python` becomes the interpreter that answered to it: shims are not there."""
    argv = snapshot.command.argv
    if snapshot.interpreter is not None and PYTHON.fullmatch(argv[0]):
        return (executable, *argv[1:])
    return argv
