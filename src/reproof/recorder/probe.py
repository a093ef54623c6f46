"""Runs under the user's interpreter, after the run, isolated: what only its own `sysconfig` knows.

`<python> -I -S probe.py <prefix> <base prefix>` prints a Python literal. It stands alone, and is plain Python 3.6.
"""

import sys
import sysconfig


def describe(prefix, base_prefix):
    # type: (str, str) -> dict[str, object]
    """Return the folders of an environment of this interpreter."""
    known = {"base": prefix, "platbase": prefix, "installed_base": base_prefix, "installed_platbase": base_prefix}
    paths = sysconfig.get_paths(_scheme(prefix != base_prefix), known)
    return {
        "stdlib": paths["stdlib"],
        "platstdlib": paths["platstdlib"].replace(prefix, base_prefix, 1),
        "purelib": paths["purelib"],
        "platlib": paths["platlib"],
    }


def _scheme(is_virtual):
    # type: (bool) -> str
    """Return the name of the layout; Debian has one of its own for what is outside virtual environments."""
    if is_virtual:
        return "venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix"
    default = getattr(sysconfig, "get_default_scheme", None) or getattr(sysconfig, "_get_default_scheme", None)
    return str(default()) if default else "posix_prefix"


if __name__ == "__main__":
    print(repr(describe(sys.argv[1], sys.argv[2])))
