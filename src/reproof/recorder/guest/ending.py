"""The guest at exit: which modules and libraries are loaded, and what only this process can say of itself."""

import os
import sys

MYPY = False  # True for the type checker alone: `typing` is too slow to import here
if MYPY:
    from typing import Any, Callable, Optional


_READ_BACK = 16
"""Forks whose children read back their numerics: a loader that makes new workers at each epoch makes the same ones."""


def write_ending(log: "Any", start: "dict[str, Any]", load: "Callable[[str], dict[str, Any]]") -> None:
    """Append the last notes of this process. `start` is what it was at its start, `load` reads another file of ours."""
    libraries = _mapped()
    forked = os.getpid() != start["pid"]
    if not (forked and start["seen"]):  # the shim has seen what a fork's child loads
        fields: list[str] = []
        for path in _modules(start["cwd"]):
            fields += ("m", path)
        for path in libraries:
            fields += ("l", path)
        facts: dict[str, Any] = {"path": [entry for entry in sys.path if isinstance(entry, str)]}
        fields += ("e", repr(facts))
        log.write(*fields)
    if forked and start["forks"] > _READ_BACK:
        return
    warnings = sys.modules.get("warnings")
    if warnings is None:
        _read_back(log, start, libraries, load)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecated getter must not print into the user's program
        _read_back(log, start, libraries, load)


def _read_back(
    log: "Any", start: "dict[str, Any]", libraries: "list[str]", load: "Callable[[str], dict[str, Any]]"
) -> None:
    """Note what decides the last bits, and the generators; of a worker the first alone, if it computes at all."""
    worker = os.getpid() != start["pid"] or _is_worker()
    numerics = load("numerics")
    if worker and not numerics["is_wanted"](libraries):
        return
    told = numerics["read_back"](libraries, start["path"], load("frameworks")["read_settings"])
    told["worker"] = worker
    told["generators"] = [] if worker else load("randomness")["read_generators"](start["heard"])
    log.write("n", repr(told))


def _is_worker() -> bool:
    """Say whether this is a child of multiprocessing: its pools and generators are not what the run computes with."""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and getattr(process.current_process(), "_parent_pid", None) is not None


def _modules(cwd: str) -> "list[str]":
    """Return the files of the imported modules.

    `__dict__` is read past the modules' own attribute access, which may import something or do worse.
    """
    files = []
    for module in list(sys.modules.values()):
        try:
            names = object.__getattribute__(module, "__dict__")
            file = names.get("__file__")
            if file is None and names.get("__name__") == "__main__":
                file = names["__loader__"].path  # before 3.9 a script's __file__ is gone when it has run
        except Exception:
            continue
        if isinstance(file, str):
            files.append(file if file[:1] == "/" else cwd + "/" + file)
    return files


def _mapped() -> "list[str]":
    """Return the files that are mapped into this process, each once."""
    paths: dict[str, Optional[str]] = {}
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            for line in maps:
                fields = line.rstrip("\n").split(None, 5)
                if len(fields) == 6 and fields[5][0] == "/" and not fields[5].endswith(" (deleted)"):
                    paths[fields[5].replace("\\012", "\n")] = None
    except OSError:
        pass
    return list(paths)
