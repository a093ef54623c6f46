"""What a run was given, from its words and files, without secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reproof.capture.keeping import Keeper, in_place, keep_input
from reproof.capture.parameters import MOST, learn_parameters
from reproof.capture.redaction import Redactor
from reproof.capture.roles import role_of
from reproof.model.snapshot import Input, Output
from reproof.store.blobs import Blobs
from reproof.store.files import file_digest


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path)


def keeper_of(blobs: Blobs, *allowed: str) -> Keeper:
    return Keeper(blobs, in_place, Redactor(allowed=allowed))


def configuration(blobs: Blobs, path: str, data: bytes) -> Input:
    kept = blobs.put(data)
    return Input(path=path, digest=kept.digest, size=kept.size, kept=True, role="configuration")


def test_words_come_first_then_files_each_with_its_source(blobs: Blobs) -> None:
    read = configuration(blobs, "/p/config.yaml", b"lr: 0.1\n")
    learned = learn_parameters(("python", "train.py", "--lr", "0.2"), (read,), (), keeper_of(blobs))
    assert [(p.name, p.value, p.source) for p in learned.value] == [
        ("lr", 0.2, "argv"),
        ("lr", 0.1, "/p/config.yaml"),
    ]
    assert learned.gaps == ()


def test_the_settings_that_hydra_wrote_are_the_ones_that_it_ran_with(blobs: Blobs) -> None:
    kept = blobs.put(b"optimizer:\n  lr: 0.3\n")
    path = "/p/outputs/2026-01-02/03-04-05/.hydra/config.yaml"
    written = Output(name=path[3:], path=path, digest=kept.digest, size=kept.size)
    other = written.model_copy(update={"path": "/p/results.yaml"})
    learned = learn_parameters(("python", "train.py"), (), (written, other), keeper_of(blobs))
    assert [(p.name, p.value) for p in learned.value] == [("optimizer.lr", 0.3)]


def test_secrets_do_not_become_parameters(blobs: Blobs) -> None:
    data = b"hub_token: abcdefgh1234\ndb: {password: correct-horse, url: 'pg://ada:s3cret99@h/x'}\nmax_tokens: 512\n"
    key = "hf_" + "a1B2" * 8
    learned = learn_parameters(("t", f"--auth={key}"), (configuration(blobs, "/p/c.yaml", data),), (), keeper_of(blobs))
    text = json.dumps([parameter.model_dump() for parameter in learned.value])
    assert not [secret for secret in ("abcdefgh1234", "correct-horse", "s3cret99", key) if secret in text]
    assert {p.name: p.value for p in learned.value}["max_tokens"] == 512


def test_a_file_that_cannot_be_read_is_a_gap_unless_its_name_promises_nothing(blobs: Blobs) -> None:
    files = [configuration(blobs, f"/p/{name}", b"[[[\xff") for name in ("a.yaml", "b.conf")]
    learned = learn_parameters(("t",), files, (), keeper_of(blobs))
    assert [gap.what for gap in learned.gaps] == ["the parameters in /p/a.yaml"]


def test_more_than_people_write_is_cut_and_told(blobs: Blobs) -> None:
    data = json.dumps({f"p{number}": number for number in range(MOST + 5)}).encode()
    learned = learn_parameters(("t",), (configuration(blobs, "/p/config.json", data),), (), keeper_of(blobs))
    assert len(learned.value) == MOST
    assert [gap.why for gap in learned.gaps] == [
        f"the run was given {MOST + 5:,}, of which the first {MOST:,} are kept"
    ]


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/p/conf/model/resnet.yaml", "configuration"),
        ("/p/.hydra/config.yaml", "configuration"),
        ("/p/hf/config.json", "configuration"),
        ("/p/hf/tokenizer_config.json", "configuration"),
        ("/p/configs/base.json", "configuration"),
        ("/p/annotations.json", "data"),
        ("/p/train.csv", "data"),
        ("/p/train-images-idx3-ubyte", "data"),
        ("/p/best.PT", "model"),
        ("/p/model.safetensors", "model"),
        ("/p/.git/config", "other"),
        ("/p/.cache-lock", "other"),
        ("/p/notes.md", "other"),
    ],
)
def test_an_input_has_the_role_that_its_name_tells(path: str, role: str) -> None:
    assert role_of(path, 100) == role


def test_a_large_file_is_no_configuration() -> None:
    assert role_of("/p/config.yaml", 10 << 20) == "data"


def on_disk(folder: Path, name: str, text: str) -> Input:
    path = folder / name
    path.write_text(text)
    return Input(path=str(path), digest=file_digest(path), size=len(text), role="configuration")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.yaml", "lr: 0.1\nhub: {token: hf_a1B2c3D4e5F6g7H8i9J0k1L2}\nseed: 3\n"),
        ("config.json", '{"lr": 0.1, "hub": {"token": "hf_a1B2c3D4e5F6g7H8i9J0k1L2"}, "seed": 3}'),
        ("config.toml", 'lr = 0.1\nhub = {token = "hf_a1B2c3D4e5F6g7H8i9J0k1L2"}\nseed = 3\n'),
    ],
)
def test_a_secret_in_a_file_of_settings_costs_its_own_parameter_alone(tmp_path: Path, name: str, text: str) -> None:
    keeper = keeper_of(Blobs(tmp_path / "blobs"))
    entry = keep_input(on_disk(tmp_path, name, text), keeper).value
    assert not entry.kept
    learned = learn_parameters(("t",), (entry,), (), keeper)
    assert {p.name: p.value for p in learned.value} == {"lr": 0.1, "hub.token": "<redacted>", "seed": 3}
    assert learned.gaps == ()


def test_a_file_that_holds_secrets_by_its_name_or_is_another_now_gives_no_parameters(tmp_path: Path) -> None:
    keeper = keeper_of(Blobs(tmp_path / "blobs"))
    private, changed = on_disk(tmp_path, "secrets.yaml", "a: 1\n"), on_disk(tmp_path, "b.yaml", "b: 1\n")
    (tmp_path / "b.yaml").write_text("b: 2\n")
    assert learn_parameters(("t",), (private, changed), (), keeper).value == ()


def test_what_the_user_allows_is_a_parameter(tmp_path: Path) -> None:
    keeper = keeper_of(Blobs(tmp_path / "blobs"), "pad_token")
    entry = keep_input(on_disk(tmp_path, "c.yaml", "pad_token: a1b2c3d4e5f6\nhub_token: a1b2c3d4e5f6\n"), keeper).value
    found = learn_parameters(("t", "--pad-token=a1b2c3d4e5f6"), (entry,), (), keeper).value
    assert [(p.name, p.value) for p in found][1:] == [("pad_token", "a1b2c3d4e5f6"), ("hub_token", "<redacted>")]
