"""Profiles of real data files by the real child process; files that are damaged, or made to harm."""

from __future__ import annotations

import gzip
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather

from reproof.capture import profiles
from reproof.capture.profile_child import Worker
from reproof.capture.profiles import Profiler, format_of
from reproof.capture.tables import MOST_COLUMNS
from reproof.model.snapshot import Column, Input, Profile
from reproof.store.blobs import Blobs


class Desk:
    """A store with data files in it, and who looks into them."""

    def __init__(self, root: Path) -> None:
        self.root, self.blobs = root, Blobs(root / "blobs")
        self.profiler = Profiler(root / "cache", self.blobs, time.time())

    def put(self, name: str, data: bytes) -> Input:
        kept = self.blobs.put(data)
        return Input(path=f"/data/{name}", digest=kept.digest, size=kept.size, kept=True)

    def look(self, name: str, data: bytes) -> Profile | None:
        learned = self.profiler.learn_profiles([self.put(name, data)])
        assert learned.gaps == ()
        return learned.value[0].profile


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def child() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


ROWS = [(number, 20 + number % 50 + 0.5, "cat" if number % 4 else "dog", f"person {number}") for number in range(1000)]
CSV = "id,age,label,name\n" + "".join(f"{a},{b if a % 10 else ''},{c},{d}\n" for a, b, c, d in ROWS)


def columns(profile: Profile | None) -> dict[str, Column]:
    assert profile is not None
    return {column.name: column for column in profile.columns}


def written(format: str, root: Path) -> bytes:
    """Return the table in another format, as DuckDB writes it."""
    path = root / "table"
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{root}/t.csv')) TO '{path}' (FORMAT {format})")
    return path.read_bytes()


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.tsv", "t.parquet", "t.jsonl"])
def test_a_table_has_the_same_profile_in_every_format(desk: Desk, name: str) -> None:
    (desk.root / "t.csv").write_text(CSV)
    data = {
        "t.csv": CSV.encode,
        "t.csv.gz": lambda: gzip.compress(CSV.encode()),
        "t.tsv": lambda: CSV.replace(",", "\t").encode(),
        "t.parquet": lambda: written("parquet", desk.root),
        "t.jsonl": lambda: written("json", desk.root),
    }[name]()
    profile = desk.look(name, data)
    found = columns(profile)
    assert profile is not None
    assert (profile.rows, profile.sampled, list(found)) == (1000, False, ["id", "age", "label", "name"])
    age, ages = found["age"], [b for a, b, *_ in ROWS if a % 10]
    assert age.missing == 100
    assert age.mean == pytest.approx(np.mean(ages))
    assert age.deviation == pytest.approx(np.std(ages, ddof=1))
    assert age.quantiles == pytest.approx(np.quantile(ages, np.linspace(0, 1, 21)), abs=1.5)
    assert (age.quantiles[0], age.quantiles[-1]) == (min(ages), max(ages))
    assert found["label"].counts == {"cat": 750, "dog": 250}
    assert (found["name"].type, found["name"].counts) == ("VARCHAR", {})


def test_arrow_files_are_read_when_pyarrow_is_there(desk: Desk) -> None:
    table = pa.table({"x": list(range(100)), "s": ["a", "b"] * 50, "nested": [[1]] * 100})
    for compression in ("uncompressed", "lz4", "zstd"):
        sink = io.BytesIO()
        feather.write_feather(table, sink, compression=compression)
        found = columns(desk.look(f"{compression}.feather", sink.getvalue()))
        assert (found["x"].mean, found["s"].counts) == (49.5, {"a": 50, "b": 50})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    assert columns(desk.look("s.arrow", sink.getvalue()))["nested"].type == "BIGINT[]"


def npz(**arrays: object) -> bytes:
    sink = io.BytesIO()
    np.savez_compressed(sink, **arrays)  # type: ignore[arg-type]
    return sink.getvalue()


def test_arrays_have_shapes_types_and_quantiles(desk: Desk) -> None:
    images, labels = np.linspace(0, 1, 7840, dtype="f4").reshape(10, 28, 28), np.arange(100) % 2
    found = columns(desk.look("a.npz", npz(images=images, labels=labels)))
    assert (found["images"].type, found["images"].shape) == ("float32", (10, 28, 28))
    assert found["images"].quantiles == pytest.approx(np.linspace(0, 1, 21), abs=1e-6)
    assert found["labels"].counts == {"0": 50, "1": 50}
    sink = io.BytesIO()
    np.save(sink, np.array([1.0, np.nan, np.inf]))
    profile = desk.look("a.npy", sink.getvalue())
    assert profile is not None
    assert (profile.rows, profile.columns[0].missing, profile.columns[0].mean) == (3, 2, 1.0)


def test_objects_in_an_archive_are_never_unpickled(desk: Desk, tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "harmed"),)

    found = columns(desk.look("a.npz", npz(x=np.array([Harm()], dtype=object))))
    assert (found["x"].type, found["x"].mean) == ("object", None)
    assert not (tmp_path / "harmed").exists()


def bomb() -> bytes:
    """Return an archive of a few kB that claims, and unpacks to, 64 GB of zeros. Only its beginning is real."""
    sink = io.BytesIO()
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 33,)})  # type: ignore[no-untyped-call]
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", header.getvalue() + bytes(1 << 24))
    return sink.getvalue()


HUGE = "x,y\n" + "1e308,1\n" * 50 + "-1e308,nan\n" + "1e999,99999999999999999999999999\n"
DAMAGED = {
    "empty.csv": b"",
    "empty.parquet": b"",
    "binary.csv": bytes(range(256)) * 100,
    "utf16.csv": CSV.encode("utf-16"),
    "latin.csv": "a,b\né,1\n".encode("latin-1"),
    "quote.csv": b'a,b\n"1,2\n' * 10,
    "ragged.csv": b"a,b\n1\n1,2,3\n" * 10,
    "huge.csv": HUGE.encode(),
    "nul.csv": b"a,b\n\0,1\n",
    "wide.csv": b",".join(b"c%d" % n for n in range(3000)) + b"\n" + b",".join([b"1"] * 3000) + b"\n",
    "long.csv": b"a\n" + b"x" * (3 << 20) + b"\n",
    "deep.jsonl": b"[" * 10_000 + b"\n",
    "nested.jsonl": b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"\n",
    "text.jsonl": b"hello\nworld\n",
    "cut.csv.gz": gzip.compress(CSV.encode())[:-50],
    "not.csv.gz": CSV.encode(),
    "magic.parquet": b"PAR1" + b"\xff" * 100 + b"PAR1",
    "text.npy": b"hello",
    "cut.npy": npz(x=np.arange(9))[:40],
    "text.npz": b"PK\x03\x04" + b"\0" * 50,
    "cut.npz": npz(x=np.arange(1000))[:-30],
    "magic.arrow": b"ARROW1\0\0" + b"\xff" * 100,
    "bomb.npz": bomb(),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_file_of_any_bytes_has_a_valid_profile_or_none_and_makes_no_noise(desk: Desk, name: str) -> None:
    learned = desk.profiler.learn_profiles([desk.put(name, DAMAGED[name])])
    profile = learned.value[0].profile
    assert profile is None or Profile.model_validate_json(profile.model_dump_json()) == profile
    assert [gap.what for gap in learned.gaps] == ([] if profile else [f"the profile of /data/{name}"])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("cut.npz", "it cannot be read as npz: File is not a zip file"),
        ("magic.parquet", "it cannot be read as parquet: "),
        ("not.csv.gz", "it cannot be read as csv: IO Error: Input is not a GZIP stream: the file"),
        ("text.npy", "it cannot be read as npy: "),
    ],
)
def test_a_damaged_file_has_no_profile_and_a_reason_that_quotes_nothing_of_it(desk: Desk, name: str, why: str) -> None:
    entry = desk.put(name, DAMAGED[name])
    for _ in ("looked into", "remembered"):
        [gap] = desk.profiler.learn_profiles([entry]).gaps
        assert gap.why.startswith(why)
        assert "/proc" not in gap.why


def test_a_reason_without_what_it_quotes_is_told() -> None:
    answer = {"error": "Conversion Error: Could not convert string 'Ada L.' in file \"/proc/self/fd/3\"."}
    why = 'it cannot be read as csv: Conversion Error: Could not convert string … in file "the file"'
    assert profiles.unreadable("csv", answer) == why


def test_a_gzip_bomb_ends_at_the_limit_of_rows_or_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "TIME_S", 3.0)
    line = b"1,2,3,4,5,6,7,8\n" * (1 << 16)
    packed = gzip.compress(b"a,b,c,d,e,f,g,h\n") + gzip.compress(line) * 400
    start = time.monotonic()
    learned = desk.profiler.learn_profiles([desk.put("bomb.csv.gz", packed), desk.put("ok.csv", CSV.encode())])
    assert time.monotonic() - start < 30
    bombed, fine = learned.value
    assert (bombed.profile is None and len(learned.gaps) == 1) or (bombed.profile and bombed.profile.sampled)
    assert fine.profile is not None


def test_a_child_that_dies_costs_one_profile_and_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Fragile(Worker):
        def ask(self, request: dict[str, str], within_s: float) -> dict[str, object] | None:
            answer = super().ask(request, within_s)
            if request["format"] == "tsv" and self.process is not None:
                self.process.kill()
                self.process.wait()
                return super().ask(request, within_s)
            return answer

    monkeypatch.setattr(profiles, "Worker", Fragile)
    learned = desk.profiler.learn_profiles([desk.put("a.tsv", b"a\tb\n1\t2\n"), desk.put("b.csv", CSV.encode())])
    assert [entry.profile is not None for entry in learned.value] == [False, True]
    assert [gap.what for gap in learned.gaps] == ["the profile of /data/a.tsv"]


def test_the_child_opens_no_other_file(child: Worker, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for name in ("*.csv", "[s]ecret.csv", "?ecret.csv"):
        request = {"path": str(tmp_path / name), "format": "csv", "compression": "none"}
        answer = child.ask(request, 20)
        assert answer is not None
        assert answer["kind"] == "FileNotFoundError"
    odd = tmp_path / "a*[1]?'\n.csv"
    odd.write_text("own\n5\n")
    answer = child.ask({"path": str(odd), "format": "csv", "compression": "none"}, 20)
    assert answer is not None
    assert [column["name"] for column in answer["profile"]["columns"]] == ["own"]


def test_the_same_bytes_are_looked_into_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = desk.put("a.csv", CSV.encode()), desk.put("b.parquet", b"no")
    first = desk.profiler.learn_profiles([good, bad])

    def never(*_: object) -> None:
        raise AssertionError("the child was asked again")

    monkeypatch.setattr(Worker, "ask", never)
    assert desk.profiler.learn_profiles([good, bad]) == first


def test_a_damaged_cache_is_made_again(desk: Desk) -> None:
    entry = desk.put("a.csv", CSV.encode())
    desk.profiler.learn_profiles([entry])
    (cached,) = (desk.root / "cache").iterdir()
    cached.write_text("{")
    assert desk.profiler.learn_profiles([entry]).value[0].profile is not None


def test_values_that_look_like_secrets_or_people_are_not_kept(desk: Desk) -> None:
    token = "ghp_" + "a1B2c3D4" * 5
    people = "".join(f"{name}@example.org,{token}\n" for name in ("ada", "bob") for _ in range(50))
    profile = desk.look("t.csv", f"mail,key\n{people}".encode())
    assert [(column.name, column.counts) for column in columns(profile).values()] == [("mail", {}), ("key", {})]
    assert token not in json.dumps([path.read_text() for path in (desk.root / "cache").iterdir()])


def test_a_large_file_that_was_written_since_the_run_has_no_profile(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(CSV)
    entry = Input(path=str(path), digest="sha256:" + "0" * 64, size=len(CSV))
    ended = path.stat().st_ctime
    same, older = (Profiler(tmp_path / str(at), desk.blobs, at) for at in (ended, ended - 5))
    assert same.learn_profiles([entry]).value[0].profile is not None
    learned = older.learn_profiles([entry])
    assert learned.value[0].profile is None
    assert [gap.why for gap in learned.gaps] == ["it was written to, or removed, after the run"]


def test_private_changed_and_other_files_are_left_alone(desk: Desk) -> None:
    private = desk.put("credentials.csv", CSV.encode())
    changed = desk.put("a.csv", CSV.encode()).model_copy(update={"changed": True})
    other = desk.put("image.png", b"png")
    learned = desk.profiler.learn_profiles([private, changed, other])
    assert [entry.profile for entry in learned.value] == [None, None, None]


def test_a_table_of_more_columns_than_are_described_says_so(desk: Desk) -> None:
    profile = desk.look("wide.csv", DAMAGED["wide.csv"])
    assert profile is not None
    assert (len(profile.columns), profile.omitted) == (MOST_COLUMNS, 3000 - MOST_COLUMNS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.CSV", ("csv", "none")), ("a.csv.gz", ("csv", "gzip")), ("a.parquet.gz", None), ("a.gz", None), ("csv", None)],
)
def test_the_format_is_told_by_the_name(name: str, expected: tuple[str, str] | None) -> None:
    assert format_of(name) == expected
