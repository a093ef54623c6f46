"""Describes the machine as Linux does: processors, their topology, memory, and the limits that are set for us."""

import os
import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from .arm_names import arm_name
from .control_groups import cpu_quota, memory_limit
from .procfs import assignments, cpu_list, listing, read_text

_CPUS = "/sys/devices/system/cpu"
_NODES = "/sys/devices/system/node"


class Topology(NamedTuple):
    """How many physical cores and sockets there are; None where the kernel does not say."""

    cores: Optional[int]
    sockets: Optional[int]


def hardware(root: str = "") -> Dict[str, Any]:
    """Return the fields of the model's Hardware. Memory in bytes, the quota in CPUs.

    `root` is the folder in which /proc, /sys and /dev are.
    """
    cpuinfo = read_text(root + "/proc/cpuinfo") or ""
    memory = assignments(read_text(root + "/proc/meminfo") or "", ":")
    fields = assignments(cpuinfo, ":")
    topology = _topology(root)
    if topology.cores is None:
        topology = topology_of(cpuinfo)
    return {
        "cpu_model": cpu_model(fields),
        "cpu_flags": sorted((fields.get("flags") or fields.get("Features") or "").split()),
        "microcode": fields.get("microcode"),
        "cpu_count": os.cpu_count() or 1,
        "cpus": sorted(os.sched_getaffinity(0)),
        "cores": topology.cores,
        "sockets": topology.sockets,
        "numa": _nodes(root),
        "memory": _kilobytes(memory.get("MemTotal")) or 0,
        "swap": _kilobytes(memory.get("SwapTotal")),
        "shm": _size_of(root + "/dev/shm"),
        "memory_limit": memory_limit(root),
        "cpu_quota": cpu_quota(root),
    }


def cpu_model(fields: Dict[str, str]) -> str:
    """Return the processor's name from the first of each line in /proc/cpuinfo; the architecture if it has none."""
    # 32-bit ARM has `Processor`, POWER `cpu`, s390x `processor 0`, which says no more than the architecture.
    named = fields.get("model name") or arm_name(fields) or fields.get("Processor") or fields.get("cpu")
    return named or os.uname().machine


def topology_of(cpuinfo: str) -> Topology:
    """Return the topology from the text of /proc/cpuinfo, which has it on x86 only."""
    cores, sockets = set(), set()
    for paragraph in cpuinfo.split("\n\n"):
        fields = assignments(paragraph, ":")
        if "physical id" in fields and "core id" in fields:
            sockets.add(fields["physical id"])
            cores.add((fields["physical id"], fields["core id"]))
    return Topology(len(cores) or None, len(sockets) or None)


def _topology(root: str) -> Topology:
    """Return the topology from sysfs: threads of one core name each other."""
    cores, sockets = set(), set()
    for name in listing(root + _CPUS):
        if re.match(r"cpu\d+$", name):
            folder = "/".join([root + _CPUS, name, "topology"])
            # The first name is the new one; kernels before 5.3 have the other.
            threads = read_text(folder + "/core_cpus_list") or read_text(folder + "/thread_siblings_list")
            package = (read_text(folder + "/physical_package_id") or "").strip()
            if threads:
                cores.add(threads.strip())
            if package.isdigit():  # -1 where the firmware does not say
                sockets.add(package)
    return Topology(len(cores) or None, len(sockets) or None)


def _nodes(root: str) -> List[Tuple[int, ...]]:
    """Return the CPUs of each NUMA node; a node of memory alone has none."""
    numbers = sorted(int(name[4:]) for name in listing(root + _NODES) if re.match(r"node\d+$", name))
    lists = [read_text("{}/node{}/cpulist".format(root + _NODES, number)) for number in numbers]
    return [cpu_list(text or "") for text in lists]


def _kilobytes(value: Optional[str]) -> Optional[int]:
    """Return the bytes of a value such as `16280612 kB`."""
    number = (value or "").partition(" ")[0]
    return int(number) * 1024 if number.isdigit() else None


def _size_of(folder: str) -> Optional[int]:
    """Return the bytes of the file system that is mounted at a folder; None if none is."""
    try:
        if not os.path.ismount(folder):
            return None
        status = os.statvfs(folder)
    except OSError:
        return None
    return status.f_blocks * status.f_frsize
