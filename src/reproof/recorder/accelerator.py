"""Asks the NVIDIA driver's own tool for the GPUs; no GPU is an answer, too."""

import os
import re
from typing import Any, Dict, List, Optional

from .programs import run_quietly

_QUESTIONS = ("name", "uuid", "memory.total", "driver_version", "mig.mode.current", "compute_cap")


def accelerator(gaps: List[Dict[str, str]]) -> Dict[str, Any]:
    """Return the fields of the model's Accelerator; what should be there and does not answer goes to `gaps`."""
    rows = _ask(_QUESTIONS) or _ask(_QUESTIONS[:-2])  # older drivers do not know the last two
    if not rows:
        if any(os.path.exists("/dev/nvidia{}".format(number)) for number in range(16)):
            gaps.append({
                "what": "the GPU of this machine is not described",
                "why": "there is a device file, but nvidia-smi does not answer",
                "effect": "the rebuilt environment may not match the driver",
            })  # fmt: skip
        return {"present": False, "driver": None, "cuda": None, "gpus": []}
    found = re.search(r"CUDA Version:\s*([\d.]+)", run_quietly(["nvidia-smi"], 30.0) or "")
    return {
        "present": True,
        "driver": rows[0]["driver_version"],
        "cuda": found.group(1) if found else None,
        "gpus": [_gpu(row) for row in rows],
    }


def _ask(questions: Any) -> Optional[List[Dict[str, str]]]:
    """Return an answer for each GPU, or None if the tool is missing or does not understand."""
    command = ["nvidia-smi", "--query-gpu=" + ",".join(questions), "--format=csv,noheader,nounits"]
    lines = (run_quietly(command, 30.0) or "").strip().splitlines()
    rows = [[field.strip() for field in line.split(", ")] for line in lines]
    if not rows or any(len(row) != len(questions) for row in rows):
        return None
    return [dict(zip(questions, row)) for row in rows]  # noqa: B905


def _gpu(row: Dict[str, str]) -> Dict[str, Any]:
    memory = row["memory.total"]
    capability = row.get("compute_cap", "")
    return {
        "name": row["name"],
        "uuid": row["uuid"],
        "compute_capability": capability if re.match(r"\d+\.\d+$", capability) else None,
        "memory": int(memory) << 20 if memory.isdigit() else None,
        "mig": row.get("mig.mode.current") == "Enabled",
    }
