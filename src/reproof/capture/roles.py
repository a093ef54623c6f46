"""What an input was read for, from its name: data, settings, a model, or something else."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Literal

Role = Literal["data", "configuration", "model", "other"]

SETTINGS = frozenset({".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".json"})
MODELS = frozenset({
    ".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".onnx", ".h5", ".keras", ".joblib", ".pkl", ".pickle", ".gguf",
    ".ggml", ".tflite", ".pb", ".mlmodel", ".cbm", ".ubj", ".orbax",
})  # fmt: skip
OTHERS = frozenset({".lock", ".log", ".pid", ".md", ".rst", ".html", ".sh", ".ttf", ".otf", ".afm", ".sock", ".pem"})
LARGEST_SETTINGS = 256 << 10
"""Bytes; a file of settings is written by hand or by a program for people, a larger one is data."""
NAMED_SETTINGS = re.compile(
    r"(?<![a-z])(configs?|conf|cfg|settings?|params?|parameters?|hparams?|hyperparams?|hyperparameters?|args|arguments|"
    r"options?|opts)(?![a-z])",
    re.IGNORECASE,
)


def role_of(path: str, size: int) -> Role:
    """Return what a file was read for. JSON counts as settings only where a name on its last two levels says so."""
    place = PurePosixPath(path)
    suffix = place.suffix.lower()
    if ".git" in place.parts or suffix in OTHERS:
        return "other"
    if suffix in MODELS:
        return "model"
    if suffix in SETTINGS and size <= LARGEST_SETTINGS:
        named = NAMED_SETTINGS.search("/".join(place.parts[-2:])) is not None
        return "configuration" if named or suffix != ".json" else "data"
    return "other" if place.name.startswith(".") else "data"
