"""Names of arm64 processors: the kernel gives them by numbers, without a model name.

The numbers and names are those of util-linux's `lscpu-arm.c`, which has them from the makers' manuals; only parts that
servers and single-board computers have are here.
"""

from typing import Mapping

_IMPLEMENTERS = {
    0x41: "ARM", 0x42: "Broadcom", 0x43: "Cavium", 0x46: "Fujitsu", 0x48: "HiSilicon", 0x4E: "NVIDIA", 0x50: "APM",
    0x51: "Qualcomm", 0x53: "Samsung", 0x56: "Marvell", 0x61: "Apple", 0x69: "Intel", 0x6D: "Microsoft",
    0x70: "Phytium", 0xC0: "Ampere",
}  # fmt: skip
_PARTS = {
    (0x41, 0xD03): "Cortex-A53",
    (0x41, 0xD05): "Cortex-A55",
    (0x41, 0xD07): "Cortex-A57",
    (0x41, 0xD08): "Cortex-A72",
    (0x41, 0xD0B): "Cortex-A76",
    (0x41, 0xD0C): "Neoverse-N1",
    (0x41, 0xD40): "Neoverse-V1",
    (0x41, 0xD42): "Cortex-A78AE",
    (0x41, 0xD49): "Neoverse-N2",
    (0x41, 0xD4F): "Neoverse-V2",
    (0x43, 0x0A1): "ThunderX-88XX",
    (0x43, 0x0AF): "ThunderX2-99xx",
    (0x46, 0x001): "A64FX",
    (0x48, 0xD01): "TaiShan-v110",
    (0x4E, 0x004): "Carmel",
    (0x50, 0x000): "X-Gene",
    (0xC0, 0xAC3): "Ampere-1",
    (0xC0, 0xAC4): "Ampere-1a",
}


def arm_name(fields: Mapping[str, str]) -> str:
    """Return the name of a processor from its lines in /proc/cpuinfo, `ARM Neoverse-N1 r3p1`.

    A number that is in no table stays a number, `ARM part 0xfff r0p1`; empty if these are not the lines of such a
    processor.
    """
    try:
        implementer, part = int(fields["CPU implementer"], 16), int(fields["CPU part"], 16)
    except (KeyError, ValueError):
        return ""
    maker = _IMPLEMENTERS.get(implementer, "implementer 0x{:02x}".format(implementer))
    name = _PARTS.get((implementer, part), "part 0x{:03x}".format(part))
    try:
        step = " r{:d}p{:d}".format(int(fields["CPU variant"], 16), int(fields["CPU revision"]))
    except (KeyError, ValueError):
        step = ""
    return "{} {}{}".format(maker, name, step)
