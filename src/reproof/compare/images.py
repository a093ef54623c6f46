"""Images by pixel: size and mode by name, the largest difference of a channel and where. Notes beside do not count."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from reproof.compare.arrays import Array, compare_arrays
from reproof.compare.evidence import Comparator, Evidence, Findings, Pair

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
"""What is decoded: formats of pixels that plots and samples are written in. Others, PostScript above all, are bytes."""
MOST_PIXELS = 200_000_000
"""Of all frames together; an image that claims more is no plot."""


def recognizes(name: str, data: bytes) -> bool:
    """Say whether the bytes begin as an image does, whatever the name."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS):
            return True
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError):
        return False


def compare(pair: Pair) -> Evidence:
    """Return how two images differ. Raises OSError, ValueError, SyntaxError when one of them is damaged."""
    findings = Findings(pair.rules, "channel values")
    a, b = frames(pair.original), frames(pair.replayed)
    if len(a) != len(b):
        findings.form("", f"{len(a):,} frames -> {len(b):,} frames")
    tolerance = pair.rules.tolerance(pair.name)
    for number, (left, right) in enumerate(zip(a, b, strict=False), start=1):
        compare_frames(findings, f"frame {number} " if len(a) > 1 else "", (left, right))
        if left[0] == right[0] and left[1].shape == right[1].shape:
            compare_arrays(findings, f"frame {number}" if len(a) > 1 else "pixel", tolerance, (left[1], right[1]))
    return findings.evidence()


def compare_frames(findings: Findings, where: str, pair: tuple[tuple[str, Array], tuple[str, Array]]) -> None:
    """Name what of the form of two frames differs: the mode, the size."""
    (mode, a), (other, b) = pair
    if mode != other:
        findings.form(where.strip(), f"mode {mode} -> {other}")
    if a.shape[:2] != b.shape[:2]:
        findings.form(where.strip(), f"{a.shape[1]} x {a.shape[0]} pixels -> {b.shape[1]} x {b.shape[0]} pixels")


def frames(data: bytes) -> list[tuple[str, Array]]:
    """Return the mode and the pixels (row, column, channel) of each frame; a palette is applied.

    Raises:
        OSError, ValueError, SyntaxError, EOFError: the image is damaged, or larger than is looked at.
    """
    found: list[tuple[str, Array]] = []
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        pixels = image.width * image.height * getattr(image, "n_frames", 1)
        if pixels > MOST_PIXELS:
            raise ValueError(f"it has {pixels:,} pixels")
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            mode = "RGBA" if image.mode in ("P", "PA") else image.mode
            found.append((mode, np.asarray(image.convert(mode) if mode != image.mode else image)))
    return found


IMAGE = Comparator("image", recognizes, compare)
