"""Runs under the user's interpreter, after the run, isolated: what only its own `sysconfig` knows.

`<python> -I -S probe.py <prefix> <base prefix>` prints a Python literal. It stands alone, and is plain Python 3.6.
"""

import sys
import sysconfig


def describe(prefix, base_prefix):
    # type: (str, str) -> dict[str, object]
    """Return the folders of an environment of this interpreter, and the tags of the wheels that fit it."""
    known = {"base": prefix, "platbase": prefix, "installed_base": base_prefix, "installed_platbase": base_prefix}
    paths = sysconfig.get_paths(_scheme(prefix != base_prefix), known)
    return {
        "stdlib": paths["stdlib"],
        "platstdlib": paths["platstdlib"].replace(prefix, base_prefix, 1),
        "purelib": paths["purelib"],
        "platlib": paths["platlib"],
        "tags": tags(),
    }


def _scheme(is_virtual):
    # type: (bool) -> str
    """Return the name of the layout; Debian has one of its own for what is outside virtual environments."""
    if is_virtual:
        return "venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix"
    default = getattr(sysconfig, "get_default_scheme", None) or getattr(sysconfig, "_get_default_scheme", None)
    return str(default()) if default else "posix_prefix"


def tags():
    # type: () -> list[str]
    """Return the wheel tags of this interpreter, the best first, in the order of the packaging specifications."""
    major, minor = sys.version_info[:2]
    own = "cp{}{}".format(major, minor)
    platforms = list(_platforms())
    abi = own + _abi_flags()
    pairs = [(own, abi)]
    if "t" not in _abi_flags():
        pairs.append((own, "abi3"))
    pairs.append((own, "none"))
    if "t" not in _abi_flags():
        pairs += [("cp{}{}".format(major, older), "abi3") for older in range(minor - 1, 1, -1)]
    found = ["{}-{}-{}".format(python, abi, platform) for python, abi in pairs for platform in platforms]
    generic = ["py{}{}".format(major, minor), "py{}".format(major)]
    generic += ["py{}{}".format(major, older) for older in range(minor - 1, -1, -1)]
    found += ["{}-none-{}".format(python, platform) for python in generic for platform in platforms]
    found += ["{}-none-any".format(python) for python in [own, *generic]]
    return found


def _abi_flags():
    # type: () -> str
    flags = getattr(sys, "abiflags", "")
    return "".join(flag for flag in "tdm" if flag in flags)


def _platforms():
    # type: () -> list[str]
    """Return the platforms, from the newest manylinux that this C library serves to the oldest."""
    machine = sysconfig.get_platform().replace("-", "_").replace(".", "_").partition("_")[2]
    old = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    oldest = 5 if machine in ("x86_64", "i686") else 17
    found = []
    for minor in range(_glibc_minor(), oldest - 1, -1):
        found.append("manylinux_2_{}_{}".format(minor, machine))
        if minor in old:
            found.append("{}_{}".format(old[minor], machine))
    return [*found, "linux_" + machine]


def _glibc_minor():
    # type: () -> int
    import os

    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    except (ValueError, OSError):
        return 0
    return int(version.split(".")[1]) if name == "glibc" and version.startswith("2.") else 0


if __name__ == "__main__":
    print(repr(describe(sys.argv[1], sys.argv[2])))
