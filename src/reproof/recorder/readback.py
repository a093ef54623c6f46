"""What the Python processes said of themselves at their end: the numerics of the first and its workers, and chance."""

import hashlib
import os
from typing import Any, Dict, List, Set

from .events import Process

_SAME = ("python.", "torch.version", "torch.cuda", "numpy.")
"""Beginnings of settings in which a worker cannot differ, or in which it does not matter."""


def read_back(processes: List[Process]) -> Dict[str, Any]:
    """Return the numerics and generators of the first Python process, or of the one with most pools if it had none.

    A worker that computes otherwise (with another kernel, with fewer threads) is told in settings that begin with
    `workers.`; the values of several are joined.
    """
    told = [process.numerics for process in processes if process.numerics]
    mains = [numerics for numerics in told if not numerics["worker"]]
    if not mains:
        return {"numerics": {"pools": [], "settings": {}}, "randomness": []}
    best = mains[0] if mains[0]["pools"] else max(mains, key=lambda numerics: len(numerics["pools"]))
    settings = dict(best["settings"], **_others(best, [numerics for numerics in told if numerics is not best]))
    return {
        "numerics": {"pools": best["pools"], "settings": settings},
        "randomness": [_generator(facts) for facts in best["generators"]],
    }


def _others(best: Dict[str, Any], others: List[Dict[str, Any]]) -> Dict[str, str]:
    """Return the settings in which other processes differ from the one whose settings are recorded."""
    known = _flat(best)
    found: Dict[str, Set[str]] = {}
    for numerics in others:
        for name, value in _flat(numerics).items():
            if name in known and known[name] != value and not name.startswith(_SAME):
                found.setdefault("workers." + name, set()).add(value)
    return {name: ", ".join(sorted(values)) for name, values in found.items()}


def _flat(numerics: Dict[str, Any]) -> Dict[str, str]:
    """Return the settings of a process, with the kernel and the threads of its pools among them."""
    flat = dict(numerics["settings"])
    for pool in numerics["pools"]:
        for field in ("kernel", "threads"):
            if pool[field] is not None:
                flat["{}.{}".format(os.path.basename(pool["library"]), field)] = str(pool[field])
    return flat


def _generator(facts: Dict[str, Any]) -> Dict[str, Any]:
    """Return what a process said of a generator, its state as a digest."""
    state = facts.get("state")
    digest = None if state is None else "sha256:" + hashlib.sha256(state).hexdigest()
    return dict(facts, state=digest)
