"""Each comparator passes the same five checks."""

from __future__ import annotations

import io
import json
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from compare_cases import pair, reader, rules
from event_cases import written
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from reproof.compare.comparators import COMPARATORS, choose
from reproof.compare.evidence import Evidence
from reproof.compare.results import compare_blobs
from reproof.model.base import Blob
from reproof.model.comparison import Result


def npy(*values: float) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array(values))
    return file.getvalue()


def npz(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, **{name: np.asarray(array) for name, array in arrays.items()})
    return file.getvalue()


MODELS = Path(__file__).parents[2] / "files" / "models"


def model(name: str) -> bytes:
    return (MODELS / name).read_bytes()


def safetensors(*values: float) -> bytes:
    data = np.array(values, dtype="<f4").tobytes()
    entry = {"dtype": "F32", "shape": [len(values)], "data_offsets": [0, len(data)]}
    header = json.dumps({"w": entry, "__metadata__": {"format": "np"}}).encode()
    return len(header).to_bytes(8, "little") + header + data


def png(*rows: tuple[int, ...], software: str = "") -> bytes:
    file, told = io.BytesIO(), PngInfo()
    told.add_text("Software", software)
    Image.fromarray(np.array(rows, dtype=np.uint8)).save(file, "PNG", pnginfo=told)
    return file.getvalue()


@dataclass(frozen=True)
class Case:
    """A comparator's own file and another, what it must say of the two, and a file that it must leave alone."""

    comparator: str
    name: str
    original: bytes
    replayed: bytes
    expected: Evidence
    foreign: tuple[str, bytes]
    broken: bytes


def notebook(text: str, image: str = "iVBOR=") -> bytes:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": [text]},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": image, "text/plain": ["<Figure>"]}},
    ]
    cell = {
        "cell_type": "code",
        "id": text,
        "execution_count": 1,
        "metadata": {},
        "source": ["fit()"],
        "outputs": outputs,
    }
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}).encode()


CASES = (
    Case(
        "tensorboard", "a.tfevents.1.h", written([("loss", 1, 0.5)]), written([("loss", 1, 0.25)], 1.8e9),
        Evidence("different", "1 of 1 values differ; loss at step 1: 0.5 -> 0.25", 0.25, 0.5, "loss at step 1"),
        ("a.tfevents.1.h", b"text"), written([("loss", 1, 0.5)])[:-3],
    ),
    Case(
        "notebook", "fit.ipynb", notebook("loss 0.5\n"), notebook("loss 0.25\n"),
        Evidence("different", "1 of 3 values differ; cell 1, stdout, line 1: 0.5 -> 0.25", 0.25, 0.5,
                 "cell 1, stdout, line 1"),
        ("fit.ipynb", b'{"cells": 1}'), notebook("loss 0.5\n")[:-30],
    ),
    Case(
        "json", "m.json", b'{"a": {"b": [1, 2.0]}, "c": "x"}', b'{"a": {"b": [1, 2.5]}, "c": "x"}',
        Evidence("different", "1 of 3 values differ; a.b[1]: 2.0 -> 2.5", 0.5, 0.25, "a.b[1]"),
        ("m.json", b"{not json"), b'{"a": {"b"',
    ),
    Case(
        "jsonl", "m.jsonl", b'{"loss": 1.0}\n{"loss": 0.5}\n', b'{"loss": 1.0}\n{"loss": 0.25}\n',
        Evidence("different", "1 of 2 values differ; line 2: loss: 0.5 -> 0.25", 0.25, 0.5, "line 2: loss"),
        ("m.jsonl", b"no json\n"), b'{"loss": 1.0}\n{"lo',
    ),
    Case(
        "yaml", "m.yaml", b"a:\n  b: [1, 2.0]\n", b"a:\n  b: [1, 2.5]\n",
        Evidence("different", "1 of 2 values differ; a.b[1]: 2.0 -> 2.5", 0.5, 0.25, "a.b[1]"),
        ("m.yaml", b"a: !!python/name:os.system"), b"a: [1",
    ),
    Case(
        "csv", "curve.csv", b"epoch,loss\n1,1.0\n2,0.5\n", b"epoch,loss\n1,1.0\n2,0.25\n",
        Evidence("different", "1 of 4 cells differ; row 2, column loss: 0.5 -> 0.25", 0.25, 0.5, "row 2, column loss"),
        ("curve.csv", b"a,b\n\xff,\0\n"), b'epoch,loss\n1,"1.0\n',
    ),
    Case(
        "numpy", "w.npz", npz(w=[1.0, 2.0], b=[0.0]), npz(w=[1.0, 4.0], b=[0.0]),
        Evidence("different", "1 of 3 elements differ; w[1]: 2.0 -> 4.0", 2.0, 1.0, "w[1]"),
        ("w.npz", b"no zip"), npz(w=[1.0, 4.0], b=[0.0])[:-30],
    ),
    Case(
        "safetensors", "model.safetensors", safetensors(1.0, 2.0), safetensors(1.0, 4.0),
        Evidence("different", "1 of 3 elements differ; w[1]: 2.0 -> 4.0", 2.0, 1.0, "w[1]"),
        ("model.safetensors", b"\2\0\0\0\0\0\0\0no"), safetensors(1.0, 4.0)[:-3],
    ),
    Case(
        "torch", "checkpoint.pt", model("checkpoint.pt"), model("checkpoint-changed.pt"),
        Evidence("different", "3 of 73 elements differ; half[1]: 1.0 -> 3.0", 2.0, 3.229541870844439, "half[1]"),
        ("arrays.pt", npz(w=[1.0])), model("checkpoint.pt")[:-300],
    ),
    Case(
        "pickle", "model.joblib", model("logistic.joblib"), model("logistic-changed.joblib"),
        Evidence("different", "1 of 24 values differ; coef_[0, 1]: -0.1788959605505253 -> -0.1788949605505253",
                 1.000000000001e-06, 5.589841139641449e-06, "coef_[0, 1]"),
        ("model.pkl", b"."), model("logistic.joblib")[:-30],
    ),
    Case(
        "image", "plot.png", png((0, 10), (20, 30)), png((0, 10), (20, 90)),
        Evidence("different", "1 of 4 channel values differ; pixel[1, 1]: 30 -> 90", 60.0, 2.0, "pixel[1, 1]"),
        ("plot.png", b"%!PS-Adobe-3.0 EPSF-3.0\n"), png((0, 10), (20, 90))[:-30],
    ),
    Case(
        "text", "log.txt", b"loss 0.5\ndone\n", b"loss 0.25\ndone\n",
        Evidence("different", "1 of 2 lines differ; line 1: 0.5 -> 0.25", 0.25, 0.5, "line 1"),
        ("log.txt", b"\xff\0"), b"",
    ),
    Case(
        "binary", "model.bin", b"\0\1\2\3", b"\0\1\7\7",
        Evidence("different", "2 of 4 bytes differ, the first at byte 2", where="byte 2"),
        ("", b""), b"",
    ),
)  # fmt: skip
BY_NAME = {comparator.name: comparator for comparator in COMPARATORS}
every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.comparator)


def test_every_comparator_has_a_case() -> None:
    assert [comparator.name for comparator in COMPARATORS] == [case.comparator for case in CASES]


@every
def test_it_is_chosen_for_its_own_files(case: Case) -> None:
    assert choose(case.name, case.original).name == case.comparator


@every
def test_it_leaves_other_files_alone(case: Case) -> None:
    if case.comparator != "binary":
        assert not BY_NAME[case.comparator].recognizes(*case.foreign)


@every
def test_a_file_equals_itself(case: Case) -> None:
    found = BY_NAME[case.comparator].compare(pair(case.name, case.original, case.original))
    assert (found.status, found.max_absolute or 0.0) in (("identical", 0.0), ("tolerated", 0.0))


@every
def test_a_difference_is_told_with_its_size_and_place(case: Case) -> None:
    assert BY_NAME[case.comparator].compare(pair(case.name, case.original, case.replayed)) == case.expected


@every
def test_a_damaged_replay_is_not_compared_rather_than_different(case: Case) -> None:
    if not case.broken:
        return  # any bytes are text or binary: there is no damage to find
    blobs = Blob(digest="0", size=1), Blob(digest="1", size=1)
    named = Result(name=case.name, kind="output", status="identical", comparator="digest")
    found = compare_blobs(named, blobs, reader(case.original, case.broken), rules())
    assert ("not compared", case.comparator) == (found.status, found.comparator)
    assert found.detail.startswith(f"the {case.comparator} comparator could not read it: ")


def test_nothing_is_unpickled() -> None:
    file = io.BytesIO()
    np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    blobs = Blob(digest="0", size=1), Blob(digest="1", size=1)
    named = Result(name="w.npy", kind="output", status="identical", comparator="digest")
    found = compare_blobs(named, blobs, reader(file.getvalue(), file.getvalue()), rules())
    assert found.status == "not compared"
    assert "allow_pickle=False" in found.detail


def test_images_with_the_same_pixels_are_the_same_whatever_wrote_them() -> None:
    found = BY_NAME["image"].compare(pair("plot.png", png((0, 10), software="a 1.0"), png((0, 10), software="b 2.0")))
    assert found == Evidence("tolerated", "the same values, written differently", 0.0, 0.0)


def test_images_of_another_size_are_told_by_their_size() -> None:
    found = BY_NAME["image"].compare(pair("plot.png", png((0, 10)), png((0, 10), (0, 10))))
    assert (found.status, found.detail) == ("different", "2 x 1 pixels -> 2 x 2 pixels")


def test_every_frame_of_an_animation_is_compared() -> None:
    def gif(*levels: int) -> bytes:
        file, first, *others = io.BytesIO(), *(Image.new("L", (2, 2), level) for level in levels)
        first.save(file, "GIF", save_all=True, append_images=others)
        return file.getvalue()

    found = BY_NAME["image"].compare(pair("a.gif", gif(0, 50, 90), gif(0, 50, 91)))
    assert (found.status, found.where) == ("different", "frame 3[0, 0, 0]")
    assert "2 frames -> 3 frames" in BY_NAME["image"].compare(pair("a.gif", gif(0, 50), gif(0, 50, 91))).detail


def test_an_image_that_claims_to_be_huge_is_not_decoded() -> None:
    data = bytearray(png((0, 10)))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    blobs = Blob(digest="0", size=1), Blob(digest="1", size=1)
    named = Result(name="plot.png", kind="output", status="identical", comparator="digest")
    found = compare_blobs(named, blobs, reader(png((0, 10)), bytes(data)), rules())
    assert found.status == "not compared"
