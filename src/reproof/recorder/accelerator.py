"""Asks for the GPUs: NVIDIA's library, then its tool, then the kernel for AMD's; no GPU is an answer, too."""

import ast
import os
import re
import sys
from typing import Any, Dict, List, Optional

from .procfs import assignments, listing, read_text
from .programs import run_quietly

_QUESTIONS = ("name", "uuid", "memory.total", "driver_version", "mig.mode.current", "compute_cap")
_DEVICES = re.compile(r"(nvidia(\d+|ctl)|dxg)$")
"""Files in /dev of a loaded NVIDIA driver; `dxg` is that of a Linux inside Windows."""
_NODES = "/sys/class/kfd/kfd/topology/nodes"
_SECONDS = 60.0
"""A driver that was not in use takes some seconds to wake many GPUs."""


def accelerator(gaps: List[Dict[str, str]], root: str = "") -> Dict[str, Any]:
    """Return the fields of the model's Accelerator but `libraries`; what does not answer as it should goes to `gaps`.

    `root` is the folder in which /dev and /sys are.
    """
    reasons: List[str] = []
    found = None
    if any(_DEVICES.match(name) for name in listing(root + "/dev")):
        found = _from_nvml(reasons) or _from_smi()
        if found is None:
            reasons.append("nvidia-smi does not answer either")
    elif _is_installed("nvidia-smi"):
        found = _from_smi()
    found = found or _from_kfd(root)
    if reasons:
        part = "some GPUs, or a part of their description"
        gaps.append({
            "what": part if found else "a GPU of this machine is not described",
            "why": "; ".join(reasons),
            "effect": "the rebuilt environment may not match the driver",
        })  # fmt: skip
    return found or {"present": False, "driver": None, "cuda": None, "gpus": [], "probe": ""}


def _from_nvml(reasons: List[str]) -> Optional[Dict[str, Any]]:
    """Return what the driver's library says, or None and a reason."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nvml.py")
    printed = run_quietly([sys.executable, "-I", "-S", script], _SECONDS) or ""
    try:
        answer = ast.literal_eval(printed)
    except (ValueError, SyntaxError):
        answer = {"error": "the driver's library did not answer"}
    if "error" in answer:
        reasons.append(answer["error"])
        return None
    reasons += answer["errors"]
    cuda = answer["cuda"]
    return {
        "present": bool(answer["gpus"]),
        "driver": answer["driver"],
        # 12020 is 12.2
        "cuda": "{}.{}".format(cuda // 1000, cuda % 1000 // 10) if cuda else None,
        "gpus": answer["gpus"],
        "probe": "nvml {}".format(answer["nvml"] or "").strip(),
    }


def _from_smi() -> Optional[Dict[str, Any]]:
    """Return what nvidia-smi prints, or None if it is missing or there is no GPU."""
    rows = _ask(_QUESTIONS) or _ask(_QUESTIONS[:-2])  # older drivers do not know the last two
    if not rows:
        return None
    found = re.search(r"CUDA Version:\s*([\d.]+)", run_quietly(["nvidia-smi"], _SECONDS) or "")
    profiles = _profiles(run_quietly(["nvidia-smi", "-L"], _SECONDS) or "") if _any_mig(rows) else {}
    return {
        "present": True,
        "driver": rows[0]["driver_version"],
        "cuda": found.group(1) if found else None,
        "gpus": [_gpu(row, profiles) for row in rows],
        "probe": "nvidia-smi",
    }


def _ask(questions: Any) -> Optional[List[Dict[str, str]]]:
    """Return an answer for each GPU, or None if the tool is missing or does not understand."""
    command = ["nvidia-smi", "--query-gpu=" + ",".join(questions), "--format=csv,noheader,nounits"]
    lines = (run_quietly(command, _SECONDS) or "").strip().splitlines()
    rows = [[field.strip() for field in line.split(", ")] for line in lines]
    if not rows or any(len(row) != len(questions) for row in rows):
        return None
    return [dict(zip(questions, row)) for row in rows]  # noqa: B905


def _any_mig(rows: List[Dict[str, str]]) -> bool:
    return any(row.get("mig.mode.current") == "Enabled" for row in rows)


def _gpu(row: Dict[str, str], profiles: Dict[str, List[str]]) -> Dict[str, Any]:
    memory = row["memory.total"]
    capability = row.get("compute_cap", "")
    return {
        "name": row["name"],
        "uuid": row["uuid"],
        "compute_capability": capability if re.match(r"\d+\.\d+$", capability) else None,
        "memory": int(memory) << 20 if memory.isdigit() else None,
        "mig": row.get("mig.mode.current") == "Enabled",
        "mig_devices": profiles.get(row["uuid"], []),
    }


def _profiles(printed: str) -> Dict[str, List[str]]:
    """Return the MIG profiles of each GPU's UUID, from what `nvidia-smi -L` prints: a line for each below its GPU's."""
    found: Dict[str, List[str]] = {}
    uuid = ""
    for line in printed.splitlines():
        gpu = re.match(r"GPU \d+: .*\(UUID: (\S+)\)", line)
        device = re.match(r"\s+MIG (?:(\S+)\s+)?Device\s+\d+:", line)
        if gpu:
            uuid = gpu.group(1)
        elif device:
            found.setdefault(uuid, []).append(device.group(1) or "unknown")
    return found


def _from_kfd(root: str) -> Optional[Dict[str, Any]]:
    """Return AMD's GPUs from the kernel's table of nodes, of which those without SIMD units are CPUs."""
    gpus: List[Dict[str, Any]] = []
    for node in sorted(listing(root + _NODES), key=lambda name: (len(name), name)):
        folder = "/".join([root + _NODES, node])
        fields = assignments(read_text(folder + "/properties") or "", " ")
        if not fields.get("simd_count", "0").strip("0"):
            continue
        banks = [assignments(read_text("{}/mem_banks/{}/properties".format(folder, bank)) or "", " ")
                 for bank in listing(folder + "/mem_banks")]  # fmt: skip
        sizes = [int(bank["size_in_bytes"]) for bank in banks if bank.get("size_in_bytes", "").isdigit()]
        unique = fields.get("unique_id", "0")
        gpus.append({
            "name": " ".join(["AMD", *(read_text(folder + "/name") or "").split(), *_architecture(fields)]),
            "uuid": "GPU-{:016x}".format(int(unique)) if unique.isdigit() and int(unique) else "",
            "compute_capability": None,
            "memory": sum(sizes) or None,
            "mig": False,
            "mig_devices": [],
        })  # fmt: skip
    if not gpus:
        return None
    driver = (read_text(root + "/sys/module/amdgpu/version") or "").strip()
    return {"present": True, "driver": driver or None, "cuda": None, "gpus": gpus, "probe": "kfd"}


def _architecture(fields: Dict[str, str]) -> List[str]:
    """Return the name of an AMD GPU's instructions, if it is known: version 90010 is gfx90a."""
    version = fields.get("gfx_target_version", "")
    number = int(version) if version.isdigit() else 0
    return ["gfx{}{}{:x}".format(number // 10000, number // 100 % 100, number % 100)] if number else []


def _is_installed(program: str) -> bool:
    return any(os.access(os.path.join(folder, program), os.X_OK) for folder in os.get_exec_path())
