"""What the run could see of the operating system."""

import os
import re
from typing import Any, Dict, List, Mapping

from .procfs import assignments, listing, read_text


def system(environ: Mapping[str, str], packages: List[Dict[str, Any]]) -> Dict[str, Any]:
    """Return the fields of the model's System. `environ` are the variables that the command had."""
    release = assignments(read_text("/etc/os-release") or read_text("/usr/lib/os-release") or "")
    kernel = os.uname()
    return {
        "os": release.get("ID", kernel.sysname.lower()),
        "os_version": release.get("VERSION_ID", ""),
        "codename": release.get("VERSION_CODENAME", ""),
        "kernel": kernel.release,
        "libc": libc(),
        "architecture": kernel.machine,
        "locale": environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or "C",
        "timezone": _timezone(environ),
        "packages": packages,
    }


def libc() -> str:
    """Return the C library and its version, `glibc 2.36`, or an empty text if it does not say."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):
        musl = [name for name in listing("/lib") if name.startswith("ld-musl-")]
        return "musl" if musl else ""


UTC = ("", "UTC", "UTC0", "UCT", "Zulu", "Universal", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal")
"""Names of one zone, which differ from machine to machine."""


def _timezone(environ: Mapping[str, str]) -> str:
    """Return the zone by its name (`Europe/Paris`), from TZ, the link, or the file that names it."""
    zone = environ.get("TZ", "").lstrip(":")
    if not zone:
        target = os.path.realpath("/etc/localtime")
        zone = target.partition("/zoneinfo/")[2] or (read_text("/etc/timezone") or "").strip()
    zone = re.sub("^(posix|right)/", "", zone)
    return "UTC" if zone in UTC else zone
