"""What machines of several makers say of themselves.

The texts have the fields of /proc/cpuinfo of an EC2 m5 (Xeon) and c6g (Graviton2) and of a KVM guest on an EPYC, with
fewer flags; the container's are what Docker gave with --memory 512m --cpus 1.5; version 2 as the kernel's
cgroup-v2.rst describes it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from reproof.recorder.hardware import hardware, topology_of

XEON = """processor\t: {cpu}
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 85
model name\t: Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz
stepping\t: 4
microcode\t: 0x200005e
physical id\t: {socket}
siblings\t: 4
core id\t\t: {core}
cpu cores\t: 2
flags\t\t: fpu vme sse4_2 avx2 avx512f avx512_vnni
bugs\t\t: cpu_meltdown spectre_v1
power management:

"""
EPYC = """processor\t: {cpu}
vendor_id\t: AuthenticAMD
cpu family\t: 25
model\t\t: 1
model name\t: AMD EPYC
stepping\t: 1
microcode\t: 0x1000065
physical id\t: 0
core id\t\t: {core}
cpu cores\t: 2
flags\t\t: fpu vme avx2 vaes
TLB size\t: 2560 4K pages

"""
ARM = """processor\t: {cpu}
BogoMIPS\t: 243.75
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid
CPU implementer\t: {implementer}
CPU architecture: 8
CPU variant\t: 0x3
CPU part\t: {part}
CPU revision\t: 1

"""
MEMORY = "MemTotal:        7950244 kB\nMemFree:          350704 kB\nSwapTotal:       2097148 kB\nSwapFree: 0 kB\n"


def machine(root: Path, files: dict[str, str]) -> dict[str, Any]:
    """Return what is recorded of a machine with these files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return hardware(str(root))


def topology(cpu: int, threads: str, socket: str, name: str = "core_cpus_list") -> dict[str, str]:
    folder = f"sys/devices/system/cpu/cpu{cpu}/topology"
    return {f"{folder}/{name}": threads + "\n", f"{folder}/physical_package_id": socket + "\n"}


def test_a_xeon_with_two_sockets_and_two_threads_a_core(tmp_path: Path) -> None:
    files = {
        "proc/cpuinfo": "".join(XEON.format(cpu=cpu, socket=cpu % 4 // 2, core=cpu % 2) for cpu in range(8)),
        "proc/meminfo": MEMORY,
        "sys/devices/system/node/node0/cpulist": "0-1,4-5\n",
        "sys/devices/system/node/node1/cpulist": "2-3,6-7\n",
        "sys/devices/system/node/node10/cpulist": "\n",
        "sys/devices/system/cpu/cpufreq/boost": "1\n",
    }
    for cpu in range(8):
        files.update(topology(cpu, f"{cpu % 4},{cpu % 4 + 4}", str(cpu % 4 // 2)))
    found = machine(tmp_path, files)
    assert (found["cpu_model"], found["microcode"]) == ("Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", "0x200005e")
    assert found["cpu_flags"] == ["avx2", "avx512_vnni", "avx512f", "fpu", "sse4_2", "vme"]
    assert (found["cores"], found["sockets"]) == (4, 2)
    assert found["numa"] == [(0, 1, 4, 5), (2, 3, 6, 7), ()]
    assert (found["memory"], found["swap"]) == (7950244 << 10, 2097148 << 10)


def test_where_sysfs_is_hidden_the_kernel_still_numbers_the_cores_of_an_x86(tmp_path: Path) -> None:
    found = machine(tmp_path, {"proc/cpuinfo": "".join(EPYC.format(cpu=cpu, core=cpu) for cpu in range(2))})
    assert (found["cpu_model"], found["cores"], found["sockets"], found["numa"]) == ("AMD EPYC", 2, 1, [])
    assert (found["memory"], found["swap"], found["shm"]) == (0, None, None)


@pytest.mark.parametrize(
    ("implementer", "part", "name"),
    [
        ("0x41", "0xd0c", "ARM Neoverse-N1 r3p1"),
        ("0xc0", "0xac3", "Ampere Ampere-1 r3p1"),
        ("0x41", "0xfff", "ARM part 0xfff r3p1"),
        ("0x99", "0xd0c", "implementer 0x99 part 0xd0c r3p1"),
        ("?", "0xd0c", os.uname().machine),
    ],
)
def test_an_arm_processor_is_named_by_its_numbers(tmp_path: Path, implementer: str, part: str, name: str) -> None:
    text = "".join(ARM.format(cpu=cpu, implementer=implementer, part=part) for cpu in range(2))
    files = {"proc/cpuinfo": text, **topology(0, "0", "-1", "thread_siblings_list")}
    found = machine(tmp_path, {**files, **topology(1, "1", "-1", "thread_siblings_list")})
    assert found["cpu_model"] == name
    assert (found["cores"], found["sockets"], found["microcode"]) == (2, None, None)
    assert "asimd" in found["cpu_flags"]


def test_a_cpuinfo_without_numbers_of_cores_has_no_topology() -> None:
    assert topology_of(ARM.format(cpu=0, implementer="0x41", part="0xd0c")) == (None, None)
    assert topology_of("") == (None, None)


CONTAINER = "docker/0530d4191be3ab1b9b604f2b0ca8cd358822d306849510dba76961ff5af62d68"


@pytest.mark.parametrize("below", ["", CONTAINER + "/"], ids=["as the container sees it", "as the host sees it"])
def test_limits_of_a_container_with_control_groups_of_version_1(tmp_path: Path, below: str) -> None:
    groups = {
        "proc/self/cgroup": "".join(f"{line}:/{CONTAINER}\n" for line in ("9:name=systemd", "4:memory", "1:cpu", "0:")),
        f"sys/fs/cgroup/memory/{below}memory.limit_in_bytes": "536870912\n",
        f"sys/fs/cgroup/cpu/{below}cpu.cfs_quota_us": "150000\n",
        f"sys/fs/cgroup/cpu/{below}cpu.cfs_period_us": "100000\n",
    }
    found = machine(tmp_path, groups)
    assert (found["memory_limit"], found["cpu_quota"]) == (536870912, 1.5)


def test_the_tightest_limit_of_the_groups_of_version_2_counts(tmp_path: Path) -> None:
    groups = {
        "proc/self/cgroup": "0::/user.slice/job.scope\n",
        "sys/fs/cgroup/user.slice/memory.max": "8589934592\n",
        "sys/fs/cgroup/user.slice/cpu.max": "400000 100000\n",
        "sys/fs/cgroup/user.slice/job.scope/memory.max": "max\n",
        "sys/fs/cgroup/user.slice/job.scope/cpu.max": "max 100000\n",
    }
    found = machine(tmp_path, groups)
    assert (found["memory_limit"], found["cpu_quota"]) == (8589934592, 4.0)


@pytest.mark.parametrize(
    "groups",
    [
        {
            "proc/self/cgroup": "4:memory:/\n1:cpu:/\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{(1 << 63) - 4096}\n",
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        },
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "broken\n", "sys/fs/cgroup/memory.max": "\n"},
        {"proc/self/cgroup": "no groups\n"},
        {},
    ],
    ids=["no limit in version 1", "broken", "other lines", "nothing"],
)
def test_no_limit_is_none(tmp_path: Path, groups: dict[str, str]) -> None:
    found = machine(tmp_path, groups)
    assert (found["memory_limit"], found["cpu_quota"]) == (None, None)


def test_this_machine_is_described() -> None:
    described = hardware()
    assert 0 < len(described["cpus"]) <= described["cpu_count"]
    assert described["memory"] > 1 << 20
    assert described["cpu_flags"] == sorted(set(described["cpu_flags"])) != []
    assert (
        described["shm"] is None
        or described["shm"] == os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize
    )
