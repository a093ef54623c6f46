"""Describes the Python that ran: from its own words in the log, its sysconfig, and the libraries that it links."""

import ast
import os
import re
from typing import Any, Dict, List, Optional

from .hashing import Hasher
from .memory import NONE, Memory, file_key
from .programs import run_quietly


class Place:
    """The folders of an interpreter, as its own sysconfig gives them."""

    def __init__(self, start: Dict[str, Any], memory: Memory = NONE) -> None:
        self.executable = start["executable"] or ""
        self.binary = os.path.realpath(self.executable)
        self.prefix = start["prefix"]
        self.base_prefix = start["base_prefix"]
        probe = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe.py")
        command = [self.executable, "-I", "-S", probe, self.prefix, self.base_prefix]
        settings = os.path.join(self.prefix, "pyvenv.cfg")
        key = [command, file_key(self.executable, self.binary, settings, probe)]
        printed = memory.answer("the folders of " + self.executable, key, lambda: run_quietly(command))
        known = ast.literal_eval(printed) if printed and printed.startswith("{") else {}
        version = "python{}.{}".format(*start["version_info"][:2])
        library = os.path.join(self.base_prefix, "lib", version)
        site = os.path.join(self.prefix, "lib", version, "site-packages")
        self.answered = bool(known)
        self.stdlib = str(known.get("stdlib", library))
        self.platstdlib = str(known.get("platstdlib", library))
        self.purelib = str(known.get("purelib", site))
        self.platlib = str(known.get("platlib", site))

    def is_stdlib(self, path: str) -> bool:
        """Say whether a file belongs to the standard library."""
        for folder in (self.stdlib, self.platstdlib):
            if path.startswith(folder + "/"):
                return not re.match("(site|dist)-packages/", path[len(folder) + 1 :])
        return False


def describe(start: Dict[str, Any], place: Place, owner: Optional[str], hasher: Hasher) -> Dict[str, Any]:
    """Return the fields of the model's Interpreter. `owner`: the distribution package that owns the binary."""
    content = hasher.content(place.binary)
    return {
        "implementation": start["implementation"],
        "version": ".".join(str(part) for part in start["version_info"]),
        "build": start["version"].partition(" ")[2].replace("\n", ""),
        "executable": place.executable,
        "binary": place.binary,
        "digest": content.digest if content else None,
        "prefix": place.prefix,
        "base_prefix": place.base_prefix,
        "stdlib": place.stdlib,
        "purelib": place.purelib,
        "platlib": place.platlib,
        "system_site_packages": _sees_system_packages(place),
        "needs": [] if owner else _needs(place, hasher.means.memory),
        "owner": owner,
    }


def _sees_system_packages(place: Place) -> bool:
    """Say whether a virtual environment looks into the interpreter's own packages, too: it does unless told not to."""
    try:
        with open(os.path.join(place.prefix, "pyvenv.cfg"), encoding="utf-8", errors="replace") as file:
            said = re.search(r"(?mi)^include-system-site-packages\s*=\s*(\w+)", file.read())
    except OSError:
        return False
    return said is None or said.group(1).lower() == "true"


def _needs(place: Place, memory: Memory) -> List[str]:
    """Return the shared libraries outside the prefix that the binary and the standard library link to.

    Those of tkinter (a window system) count only if the run loads them: then they are recorded as loaded.
    """
    folder = os.path.join(place.platstdlib, "lib-dynload")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    modules = [os.path.join(folder, name) for name in names if ".so" in name and not name.startswith("_tkinter")]
    key = [file_key(place.binary, folder, "/etc/ld.so.cache"), modules, os.environ.get("LD_LIBRARY_PATH")]
    command = ["ldd", place.binary, *modules]
    printed = memory.answer("the libraries of " + place.binary, key, lambda: run_quietly(command)) or ""
    paths = set(re.findall(r"(?m)^\s+(?:\S+ => )?(/\S+) \(0x", printed))
    return sorted(path for path in paths if not path.startswith(place.base_prefix + "/"))
