"""Pickles, joblib files and checkpoints are read without executing anything."""

from __future__ import annotations

import collections
import os
import pickle
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from compare_cases import pair, rules
from hypothesis import given
from hypothesis import strategies as st

from reproof.compare.comparators import choose
from reproof.compare.evidence import Findings
from reproof.compare.pickle_machine import read_pickle
from reproof.compare.pickles import PICKLE, load
from reproof.compare.torch_files import TORCH
from reproof.compare.torch_files import load as load_checkpoint
from reproof.compare.trees import Place, Tensor, compare_trees

MODELS = Path(__file__).parents[2] / "files" / "models"
RICH = {
    "w": np.arange(3.0),
    "columns": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "records": np.array([(1, 2.5), (3, 4.5)], dtype=[("n", "<i4"), ("x", "<f8")]),
    "set": {3, 1, 2},
    "scalar": np.float32(1.5),
    "tuple": (1, "x", None, True, 2.5, b"ab"),
    "ordered": collections.OrderedDict(a=1),
    "big": 2**80,
    "complex": 1 + 2j,
    5: "a key that is no text",
}
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner) | st.sets(st.integers())
    ),
    max_leaves=20,
)


class Runs:
    """An object whose pickle would run a command."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


def differences(a: object, b: object) -> Findings:
    findings = Findings(rules(), "values")
    compare_trees(findings, "model.pkl", Place(), a, b)
    return findings


def archive(index: bytes, **members: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("model/data.pkl", index)
        for name, data in members.items():
            made.writestr(f"model/{name.replace('_', '/')}", data)
    return file.getvalue()


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_gives_the_same_values(protocol: int) -> None:
    written = pickle.dumps(RICH, protocol)
    assert PICKLE.recognizes("model.pkl", written)
    found = differences(load(written), load(pickle.dumps(RICH, 4)))
    assert not (found.differing or found.structure or found.within)
    assert found.compared > 15


def test_the_command_in_a_pickle_is_named_and_not_run(tmp_path: Path) -> None:
    data = pickle.dumps({"model": Runs(tmp_path / "ran")})
    tree = load(data)
    assert isinstance(tree, dict)
    assert tree["model"] == {"<class>": "posix.system", "<arguments>": [f"touch {tmp_path / 'ran'}"]}
    assert not (tmp_path / "ran").exists()


def test_an_object_is_compared_by_its_class_and_attributes() -> None:
    forests = [(MODELS / name).read_bytes() for name in ("forest.joblib", "forest-other-seed.joblib")]
    found = PICKLE.compare(pair("forest.joblib", forests[0], forests[1]))
    assert (found.status, found.where) == ("different", "estimators_[0].tree_.nodes.left_child")
    assert PICKLE.compare(pair("forest.joblib", forests[0], forests[0])).max_absolute == 0.0


def test_a_value_that_holds_itself_ends() -> None:
    loop: list[object] = [1]
    loop.append(loop)
    found = differences(load(pickle.dumps(loop)), load(pickle.dumps(loop)))
    assert not found.differing


def test_a_shared_value_that_doubles_again_and_again_is_walked_once() -> None:
    value: list[object] = [1]
    for _ in range(100):
        value = [value, value]
    found = differences(load(pickle.dumps(value)), load(pickle.dumps(value)))
    assert found.compared == 1


@pytest.mark.parametrize(
    "data",
    [
        b"", b".", b"\x80\x04.", b"\x80\x04N", b"\x80\x04K\x01K\x02R.", b"\x80\x04h\x07.", b"\x80\x04(e.",
        b"\x80\x04]q\x00(K\x01e.tail", b"\x80\x04}(K\x01u.", b"\x80\x04B\xff\xff\xff\x7f.", b"0.", b"a.", b"b.",
    ],
)  # fmt: skip
def test_what_is_no_whole_pickle_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(ValueError):
        read_pickle(data)
    assert not PICKLE.recognizes("model.pkl", data)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    for written in (data, b"\x80\x04" + data + b"."):
        assert PICKLE.recognizes("model.pkl", written) in (True, False)


@given(PLAIN, st.integers(0, 5))
def test_any_plain_value_equals_itself_in_any_protocol(value: object, protocol: int) -> None:
    found = differences(load(pickle.dumps(value, protocol)), load(pickle.dumps(value, 5)))
    assert not (found.differing or found.structure)


def test_a_checkpoint_gives_its_tensors_as_they_were_seen() -> None:
    tree = load_checkpoint((MODELS / "checkpoint.pt").read_bytes())
    assert isinstance(tree, dict)
    view, half = tree["view"], tree["half"]
    assert isinstance(view, Tensor) and isinstance(half, Tensor)
    assert view.array.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert (half.dtype, half.array.tolist()) == ("bfloat16", [0, 1, 2, 3])
    assert tree["epoch"] == 3


def test_a_module_that_was_stored_whole_is_compared_by_its_parameters() -> None:
    data = (MODELS / "module.pt").read_bytes()
    assert choose("module.pt", data).name == "torch"
    tree = load_checkpoint(data)
    weight = tree["_modules"]["0"]["_parameters"]["weight"]  # type: ignore[index]
    assert (weight.array.shape, weight.notes) == ((2, 3), "with gradient")


def test_a_checkpoint_of_the_old_format_is_compared_by_its_bytes() -> None:
    assert choose("legacy.pt", (MODELS / "legacy.pt").read_bytes()).name == "binary"


@pytest.mark.parametrize(
    ("size", "stride"), [((4,), (1,)), ((2, 2), (3, 1)), ((10**12,), (0,)), ((-1,), (1,)), ((2,), (1, 1))]
)
def test_a_tensor_that_leaves_its_storage_is_refused(size: tuple[int, ...], stride: tuple[int, ...]) -> None:
    index = tensor_pickle(size, stride)
    data = archive(index, data_0=np.zeros(3, "<f4").tobytes())
    with pytest.raises(ValueError, match="tensor"):
        load_checkpoint(data)
    assert TORCH.recognizes("model.pt", data)


def test_a_storage_that_is_missing_or_short_is_refused() -> None:
    index = tensor_pickle((3,), (1,))
    for data in (archive(index), archive(index, data_0=b"\0\0\0\0")):
        with pytest.raises(ValueError):
            load_checkpoint(data)


def test_another_member_of_the_archive_is_a_difference() -> None:
    index, storage = tensor_pickle((3,), (1,)), np.zeros(3, "<f4").tobytes()
    a, b = (archive(index, data_0=storage, code_model=code) for code in (b"def a", b"def b"))
    found = TORCH.compare(pair("model.pt", a, b))
    assert (found.status, found.where) == ("different", "code/model")


def tensor_pickle(size: tuple[int, ...], stride: tuple[int, ...]) -> bytes:
    """Return the index of one tensor on a storage of three floats, as torch writes it."""
    numbers = [pickle.dumps(value, 2)[2:-1] for value in (0, size, stride, False)]
    storage = b"((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x03tQ"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n" + storage + b"".join(numbers) + b"}tR."
