"""Reads the limits that control groups of both versions set for us."""

from typing import List, Optional

from .procfs import read_text


def memory_limit(root: str = "") -> Optional[int]:
    """Return the smallest memory limit of our control groups, in bytes; None if there is none.

    `root` is the folder in which /proc and /sys are.
    """
    values = _values(root, "", "memory.max") + _values(root, "memory", "memory.limit_in_bytes")
    limits = [int(value) for value in values if value.isdigit()]
    # Version 1 writes "no limit" as the largest multiple of a page.
    return min((limit for limit in limits if limit < 1 << 62), default=None)


def cpu_quota(root: str = "") -> Optional[float]:
    """Return how many CPUs our control groups allow at the most, in CPU seconds per second; None for no limit."""
    pairs = [value.split() for value in _values(root, "", "cpu.max")]
    quotas = _values(root, "cpu", "cpu.cfs_quota_us")
    pairs += [list(pair) for pair in zip(quotas, _values(root, "cpu", "cpu.cfs_period_us"))]  # noqa: B905
    shares = [int(pair[0]) / int(pair[1]) for pair in pairs if len(pair) == 2 and _is_share(pair)]
    return min(shares, default=None)


def _is_share(pair: List[str]) -> bool:
    return pair[0].isdigit() and pair[1].isdigit() and int(pair[1]) > 0


def _values(root: str, controller: str, name: str) -> List[str]:
    """Return what a file says in our control group and in those above it, of version 2 if `controller` is empty.

    A container that does not see its own group's path finds its limits at the top of the mount.
    """
    values = []
    for line in (read_text(root + "/proc/self/cgroup") or "").splitlines():
        fields = line.split(":", 2)
        if len(fields) != 3 or controller not in fields[1].split(","):
            continue
        folder = root + "/sys/fs/cgroup" + ("/" + controller if controller else "")
        parts = [part for part in fields[2].split("/") if part]
        for depth in range(len(parts), -1, -1):
            value = read_text("/".join([folder, *parts[:depth], name]))
            if value is not None:
                values.append(value.strip())
    return values
