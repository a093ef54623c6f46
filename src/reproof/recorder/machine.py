"""What the run could see of the operating system and of the machine."""

import os
import re
from typing import Any, Dict, List, Mapping, Optional


def system(environ: Mapping[str, str], packages: List[Dict[str, Any]]) -> Dict[str, Any]:
    """Return the fields of the model's System. `environ` are the variables that the command had."""
    release = _assignments("/etc/os-release") or _assignments("/usr/lib/os-release")
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
        musl = [name for name in _listing("/lib") if name.startswith("ld-musl-")]
        return "musl" if musl else ""


def hardware() -> Dict[str, Any]:
    """Return the fields of the model's Hardware. Memory in bytes, the quota in CPUs."""
    processors = _assignments("/proc/cpuinfo", ":")
    return {
        "cpu_model": processors.get("model name") or processors.get("Processor") or os.uname().machine,
        "cpu_flags": sorted((processors.get("flags") or processors.get("Features") or "").split()),
        "cpu_count": os.cpu_count() or 1,
        "cpus": sorted(os.sched_getaffinity(0)),
        "memory": int(_assignments("/proc/meminfo", ":").get("MemTotal", "0 kB").split()[0]) * 1024,
        "memory_limit": _memory_limit(),
        "cpu_quota": _cpu_quota(),
    }


def _memory_limit() -> Optional[int]:
    """Return the smallest memory limit of our control groups, in bytes."""
    values = _group_values("", "memory.max") + _group_values("memory", "memory.limit_in_bytes")
    limits = [int(value) for value in values if value.isdigit()]
    # Version 1 writes "no limit" as the largest multiple of a page.
    return min((limit for limit in limits if limit < 1 << 62), default=None)


def _cpu_quota() -> Optional[float]:
    """Return how many CPUs our control groups allow at the most."""
    pairs = [value.split() for value in _group_values("", "cpu.max")]
    quotas = _group_values("cpu", "cpu.cfs_quota_us")
    pairs += [list(pair) for pair in zip(quotas, _group_values("cpu", "cpu.cfs_period_us"))]  # noqa: B905
    shares = [int(quota) / int(period) for quota, period in pairs if quota.isdigit() and int(period) > 0]
    return min(shares, default=None)


def _group_values(controller: str, name: str) -> List[str]:
    """Return what a file says in our control group and in those above it, of version 2 if `controller` is empty."""
    values = []
    for line in (_read("/proc/self/cgroup") or "").splitlines():
        _, controllers, group = line.split(":", 2)
        if controller not in controllers.split(","):
            continue
        folder = "/sys/fs/cgroup" + ("/" + controller if controller else "")
        parts = [part for part in group.split("/") if part]
        for depth in range(len(parts), -1, -1):
            value = _read("/".join([folder, *parts[:depth], name]))
            if value is not None:
                values.append(value.strip())
    return values


UTC = ("", "UTC", "UTC0", "UCT", "Zulu", "Universal", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal")
"""Names of one zone, which differ from machine to machine."""


def _timezone(environ: Mapping[str, str]) -> str:
    """Return the zone by its name (`Europe/Paris`), from TZ, the link, or the file that names it."""
    zone = environ.get("TZ", "").lstrip(":")
    if not zone:
        target = os.path.realpath("/etc/localtime")
        zone = target.partition("/zoneinfo/")[2] or (_read("/etc/timezone") or "").strip()
    zone = re.sub("^(posix|right)/", "", zone)
    return "UTC" if zone in UTC else zone


def _assignments(path: str, separator: str = "=") -> Dict[str, str]:
    """Return the first value of each name in a file of assignments, without quotes."""
    values: Dict[str, str] = {}
    for line in (_read(path) or "").splitlines():
        name, found, value = line.partition(separator)
        if found:
            values.setdefault(name.strip(), value.strip().strip("\"'"))
    return values


def _read(path: str) -> Optional[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def _listing(folder: str) -> List[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
