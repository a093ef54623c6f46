"""Secrets are taken out of text by shape, by name and by value; what only looks a little like one stays."""

from __future__ import annotations

import base64
import time
import urllib.parse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import planted

from reproof.capture.redaction import Redactor

REDACTOR = Redactor()
GITHUB = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


@pytest.mark.parametrize("name", planted())
def test_a_secret_is_taken_out_of_the_text_around_it(name: str) -> None:
    secret = planted()[name]
    text = REDACTOR.text(f"before\n{secret.text}\nafter")
    assert secret.value not in text
    assert text.startswith("before\n") and text.endswith("\nafter")
    assert text.count("\n") == secret.text.count("\n") + 2


@pytest.mark.parametrize(
    "text",
    [
        "token = tokenizer(text)", "password=None", 'token = os.environ["TOKEN"]', "api_key=settings.OPENAI_KEY",
        'tokenizer.pad_token = "[PAD]"', '"unk_token": "<|endoftext|>"', '"token_type_ids": [0, 0, 1]',
        "max_tokens=4096", '"eos_token_id": 128001', 'mask_token = "<mask>"', "secret_key: str | None = None",
        "password: ${DB_PASSWORD}", 'api_key = "your-api-key-1"', "sha256:" + "0123456789abcdef" * 4,
        "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904", 'class="sk-toggleable__content sk-estimator-doc-link"',
        '"image/png": "' + base64.b64encode(bytes(range(256))).decode() + '"', "https://host:8080/a?b=c@d",
        "git@github.com:ada/digits.git", "def f(token: str, secret: bytes) -> None:", "tokens per second: 1234.5678",
        "password = getpass.getpass()", "-----BEGIN PRIVATE KEY-----", "f'https://{user}:{password}@{host}'",
        "epoch 3 loss 0.1234 token accuracy: 0.98765432", "api_key_file: /etc/keys/openai.key1",
        "numpy @ https://files/numpy-1.26.whl", "loss=0.5 step=1000 key=value",
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    assert REDACTOR.text(text) == text


def test_a_password_in_an_address_is_replaced_and_the_address_stays() -> None:
    assert REDACTOR.text("https://ada:s3cret@host/x") == "https://<redacted>@host/x"


def test_a_bare_word_in_code_is_an_expression_and_in_a_file_of_settings_a_value() -> None:
    line = b"password = hunter22\n"
    assert (REDACTOR.data(line, code=True), REDACTOR.data(line)) == (line, b"password = <redacted>\n")
    assert REDACTOR.data(b"# password: hunter22\n", code=True) == b"# password: <redacted>\n"


def test_a_key_in_code_is_replaced_and_the_code_still_parses() -> None:
    code = b'API_KEY = "f81d4fae7dec11d0a765"\nclient = connect(token="' + GITHUB.encode() + b'")\n'
    clean = REDACTOR.data(code, code=True)
    compile(clean, "train.py", "exec")
    assert b"f81d4fae" not in clean and GITHUB.encode() not in clean


def test_the_word_after_a_secret_option_is_replaced() -> None:
    words = ["train", "--api-key", "abc", "-u", "ada:opensesame", "--lr", "0.1", "--password=hunter22"]
    assert REDACTOR.words(words) == (
        "train", "--api-key", "<redacted>", "-u", "<redacted>", "--lr", "0.1", "--password=<redacted>",
    )  # fmt: skip


def test_options_that_are_no_secrets_stay() -> None:
    words = ["train.py", "--tokenizer", "bert", "--max-tokens", "512", "--token-file", "x", "--token", "--verbose"]
    assert REDACTOR.words(words) == tuple(words)


def test_a_known_value_is_found_in_each_spelling() -> None:
    value = "correct horse/battery+staple"
    redactor = Redactor(frozenset((value,)))
    spelled = [value, urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value)]
    spelled += [base64.b64encode(f"{'x' * n}{value}{'y' * n}".encode()).decode() for n in range(4)]
    for text in spelled:
        assert "<redacted>" in redactor.text(f"a {text} b"), text


@settings(deadline=None)
@given(st.text())
def test_what_was_redacted_once_stays_as_it_is(text: str) -> None:
    assert REDACTOR.text(REDACTOR.text(text)) == REDACTOR.text(text)


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_can_be_searched_and_keep_their_lines(data: bytes) -> None:
    assert REDACTOR.data(data).count(b"\n") == data.count(b"\n")


@settings(deadline=None)
@given(st.sampled_from(sorted(planted())), st.text(alphabet=" \n,;()", min_size=1), st.text())
def test_a_secret_is_found_in_any_surroundings(name: str, before: str, after: str) -> None:
    secret = planted()[name]
    assert secret.value not in REDACTOR.text(f"{before}{secret.text}\n{after}")


@pytest.mark.parametrize("text", [b"token=" * 300_000, b"a" * 2_000_000, b"://a:" * 400_000, b"eyJ" * 600_000])
def test_text_made_to_be_slow_is_not(text: bytes) -> None:
    start = time.process_time()
    REDACTOR.data(text)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("pattern", "text", "kept"),
    [
        ("sk-test-*", "key: sk-test-a1B2c3D4e5F6g7H8i9J0", True),
        ("sk-test-*", "key: sk-live-a1B2c3D4e5F6g7H8i9J0", False),
        ("*.pad_token", "model.pad_token: a1b2c3d4e5f6", True),
        ("PAD_TOKEN", "pad_token: a1b2c3d4e5f6", True),
        ("pad_token", "hub_token: a1b2c3d4e5f6", False),
    ],
)
def test_what_the_user_allows_by_value_or_name_stays(pattern: str, text: str, kept: bool) -> None:
    assert (Redactor(allowed=(pattern,)).text(text) == text) is kept
    assert Redactor().text(text) != text


def test_a_known_secret_beside_an_allowed_one_is_taken_out() -> None:
    redactor = Redactor(frozenset({"correct-horse"}), ("pad_token",))
    assert redactor.text("pad_token: a1b2c3d4e5f6 correct-horse") == "pad_token: a1b2c3d4e5f6 <redacted>"


@pytest.mark.parametrize(
    ("pattern", "path", "allowed"),
    [
        ("tests/keys/*", "/p/tests/keys/a.pem", True),
        ("a.pem", "/p/tests/keys/a.pem", True),
        ("/p/tests/keys/a.pem", "/p/tests/keys/a.pem", True),
        ("tests/keys/*", "/p/keys/a.pem", False),
        ("pem", "/p/a.pem", False),
    ],
)
def test_a_file_is_allowed_by_its_path_or_the_end_of_it(pattern: str, path: str, allowed: bool) -> None:
    assert Redactor(allowed=(pattern,)).allows_file(path) is allowed
