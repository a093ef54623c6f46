"""Files of settings, whole and broken."""

from __future__ import annotations

import time

import pytest

from reproof.capture.configuration import VISITED, read_settings


def test_each_format_gives_dotted_names() -> None:
    expected = (("optimizer.lr", 0.001), ("optimizer.name", "adam"), ("layers", "[64, 128]"))
    files = {
        "c.yaml": b"optimizer: {lr: 1e-3, name: adam}\nlayers: [64, 128]\n",
        "c.json": b'{"optimizer": {"lr": 0.001, "name": "adam"}, "layers": [64, 128]}',
        "c.toml": b'optimizer = {lr = 1e-3, name = "adam"}\nlayers = [64, 128]\n',
    }
    for name, data in files.items():
        assert read_settings(data, name) == expected, name
    assert read_settings(b"[optimizer]\nlr = 1e-3\nname: adam\n", "c.ini") == expected[:2]


def test_a_list_of_mappings_is_numbered_and_one_of_values_is_one_parameter() -> None:
    data = b"stages: [{n: 1}, {n: 2}]\nempty: []\nnothing:\nwhen: 2026-01-02\n"
    assert read_settings(data, "c.yml") == (
        ("stages[0].n", 1),
        ("stages[1].n", 2),
        ("empty", "[]"),
        ("nothing", None),
        ("when", "2026-01-02"),
    )


def test_a_tag_of_the_program_is_never_executed_and_leaves_its_value() -> None:
    data = b"a: !env HOME\nb: !!python/object/apply:os.system ['exit 1']\nc: !include {x: 1}\n"
    assert read_settings(data, "c.yaml") == (("a", "HOME"), ("b", '["exit 1"]'), ("c.x", 1))


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\x00", b"[" * 10_000, b'{"a":' * 10_000, b'{"a": 1', b"\x00\x01\x02", b'{"a": 1%s}' % (b"0" * 5000)],
)
@pytest.mark.parametrize("name", ["c.json", "c.yaml", "c.toml", "c.ini"])
def test_a_broken_file_is_told_apart_from_an_empty_one(name: str, data: bytes) -> None:
    read = read_settings(data, name)
    assert read is None or all(isinstance(key, str) for key, _ in read)
    assert read_settings(b"" if name != "c.json" else b"{}", name) == ()


def test_numbers_that_json_cannot_hold_are_text() -> None:
    assert read_settings(b'{"a": NaN, "b": Infinity, "c": 123456789012345678901}', "c.json") == (
        ("a", "nan"),
        ("b", "inf"),
        ("c", "123456789012345678901"),
    )


def test_aliases_that_multiply_end_at_the_limit() -> None:
    lines = [b"a0: &a0 [x, x, x, x, x, x, x, x, x, {}]"]
    lines += [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 10)]
    start = time.monotonic()
    read = read_settings(b"\n".join(lines), "c.yaml")
    assert read is not None
    assert len(read) <= VISITED
    assert time.monotonic() - start < 20


def test_other_files_are_no_settings() -> None:
    assert read_settings(b"a,b\n1,2\n", "data.csv") is None
