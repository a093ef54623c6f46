"""All formats, in the order in which they are asked; a verdict must not depend on what happens to be installed."""

from __future__ import annotations

from reproof.compare.csv_tables import CSV
from reproof.compare.event_scalars import EVENT_FILE
from reproof.compare.evidence import Comparator
from reproof.compare.images import IMAGE
from reproof.compare.json_lines import JSON_LINES
from reproof.compare.json_values import JSON
from reproof.compare.notebooks import NOTEBOOK
from reproof.compare.numpy_arrays import NUMPY
from reproof.compare.opaque import BINARY
from reproof.compare.pickles import PICKLE
from reproof.compare.safetensors import SAFETENSORS
from reproof.compare.text import TEXT
from reproof.compare.torch_files import TORCH
from reproof.compare.yaml_values import YAML

COMPARATORS: tuple[Comparator, ...] = (
    EVENT_FILE, NOTEBOOK, JSON, JSON_LINES, YAML, CSV, NUMPY, SAFETENSORS, TORCH, PICKLE, IMAGE, TEXT, BINARY,
)  # fmt: skip


def choose(name: str, data: bytes) -> Comparator:
    """Return the first comparator that recognises a result; bytes are always recognised."""
    return next(comparator for comparator in COMPARATORS if comparator.recognizes(name, data))
