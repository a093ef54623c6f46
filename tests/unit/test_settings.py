"""reproof.yaml: what it may say, and how each mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from reproof.errors import UsageError
from reproof.model.policy import Policy, Tolerance
from reproof.settings import Settings, load_settings
from reproof.settings_file import find_settings


def load(folder: Path, text: str | bytes) -> Settings:
    path = folder / "reproof.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_settings(path)


def complaint(folder: Path, text: str | bytes) -> tuple[str, str]:
    """Return the message, from the file's name on, and the hint that a file is refused with."""
    with pytest.raises(UsageError) as caught:
        load(folder, text)
    assert str(folder) in caught.value.message
    return caught.value.message.removeprefix(f"{folder}/"), caught.value.hint


def test_all_keys_are_read(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        'command: [python, train.py, --lr, 0.10]\nresults: ["metrics.json", "*.csv"]\n'
        'tolerances: {"metrics.json:accuracy": {absolute: 0.01}, "*.csv": {relative: 1e-6, absolute: 0}}\n'
        'ignore: ["stderr", "logs/*"]\n',
    )
    expected = Settings(
        policy=Policy(
            results=("metrics.json", "*.csv"),
            tolerances=(
                ("metrics.json:accuracy", Tolerance(absolute=0.01)),
                ("*.csv", Tolerance(relative=1e-6)),
            ),
            ignore=("stderr", "logs/*"),
        ),
        command=("python", "train.py", "--lr", "0.10"),
    )
    assert expected == settings


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n", "results:\ntolerances:\nignore:\n"])
def test_nothing_declared_is_the_default(tmp_path: Path, text: str) -> None:
    assert Settings(Policy(), None) == load(tmp_path, text)


def test_a_command_on_one_line_is_split_as_a_shell_would(tmp_path: Path) -> None:
    assert load(tmp_path, "command: python 'my train.py' --lr 0.1\n").command == (
        "python",
        "my train.py",
        "--lr",
        "0.1",
    )


def test_the_first_pattern_stays_first(tmp_path: Path) -> None:
    policy = load(tmp_path, "tolerances:\n  z.csv: {absolute: 1}\n  '*': {relative: 2}\n").policy
    assert [pattern for pattern, _ in policy.tolerances] == ["z.csv", "*"]


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_valid_key(tmp_path: Path) -> None:
    expected = (
        "reproof.yaml, line 3: unknown key 'tolerence'.",
        "Did you mean 'tolerances'? Valid keys: command, results, tolerances, ignore, profile, secrets.",
    )
    assert expected == complaint(tmp_path, "# mine\nresults: []\ntolerence: {}\n")


def test_a_key_that_resembles_none_gets_the_list(tmp_path: Path) -> None:
    expected = (
        "reproof.yaml, line 1: unknown key 'xyz'.",
        "Valid keys: command, results, tolerances, ignore, profile, secrets.",
    )
    assert expected == complaint(tmp_path, "xyz: 1\n")


def test_an_unknown_key_of_a_tolerance_is_named(tmp_path: Path) -> None:
    expected = (
        "reproof.yaml, line 3: unknown key 'relativ'.",
        "Did you mean 'relative'? Valid keys: absolute, relative.",
    )
    assert expected == complaint(tmp_path, "tolerances:\n  a.csv:\n    relativ: 1e-6\n")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("- results\n", 1, "the file is a list, expected a mapping"),
        ("results: metrics.json\n", 1, "results is 'metrics.json', expected a list"),
        ("results:\n  - a.csv\n  - [b.csv]\n", 3, "an entry of results is a list, expected text"),
        ("ignore: {stderr: true}\n", 1, "ignore is a mapping, expected a list"),
        ("ignore: [stderr, ]\nresults: [~]\n", 2, "an entry of results is empty, expected text"),
        ("tolerances: 0.1\n", 1, "tolerances is '0.1', expected a mapping"),
        ("tolerances:\n  a.csv: 0.1\n", 2, "the tolerance of 'a.csv' is '0.1', expected a mapping"),
        ("tolerances: {a: {absolute: small}}\n", 1, "absolute of 'a' is 'small', expected a number >= 0"),
        ("tolerances: {a: {absolute: -1}}\n", 1, "absolute of 'a' is '-1', expected a number >= 0"),
        ("tolerances: {a: {relative: .nan}}\n", 1, "relative of 'a' is '.nan', expected a number >= 0"),
        ("tolerances: {a: {relative: inf}}\n", 1, "relative of 'a' is 'inf', expected a number >= 0"),
        ("tolerances: {a: {relative: true}}\n", 1, "relative of 'a' is 'true', expected a number >= 0"),
        ("command:\n", 1, "command is empty, expected text"),
        ("command: []\n", 1, "command is empty"),
        ('command: "python \'train.py"\n', 1, "command cannot be split into words: No closing quotation"),
        ("results: []\nignore: []\nresults: []\n", 3, "the key 'results' of the file occurs twice"),
        ("tolerances:\n  a: {}\n  a: {}\n", 3, "the key 'a' of tolerances occurs twice"),
        ("? [a]\n: b\n", 1, "a key of the file is a list, expected text"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    message, hint = complaint(tmp_path, text)
    assert f"reproof.yaml, line {line}: {what}." == message
    assert hint


def test_bad_yaml_is_told_with_line_and_column(tmp_path: Path) -> None:
    message, _ = complaint(tmp_path, "results: []\nignore: [a\n")
    assert message.startswith("reproof.yaml, line 3, column 1: not valid YAML: expected ',' or ']'")


def test_a_second_document_is_not_valid(tmp_path: Path) -> None:
    message, _ = complaint(tmp_path, "results: []\n---\nignore: []\n")
    assert message.startswith("reproof.yaml, line 2, column 1: not valid YAML")


@pytest.mark.parametrize("data", [b"results: [\x00]\n", b"results: ['\xe9t\xe9']\n"])
def test_bytes_that_are_no_text_are_told(tmp_path: Path, data: bytes) -> None:
    message, hint = complaint(tmp_path, data)
    assert message.startswith("reproof.yaml: not valid YAML: ")
    assert hint == "Save it as plain UTF-8 text."


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(tmp_path)
    assert f"{tmp_path} cannot be read: Is a directory." == caught.value.message


def test_the_nearest_settings_count(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "reproof.yaml").touch()
    assert tmp_path / "reproof.yaml" == find_settings(inner)
    (tmp_path / "a" / "reproof.yaml").touch()
    assert tmp_path / "a" / "reproof.yaml" == find_settings(inner)


def test_settings_above_the_repository_do_not_count(tmp_path: Path) -> None:
    repository = tmp_path / "project"
    (repository / "src").mkdir(parents=True)
    (repository / ".git").mkdir()
    (tmp_path / "reproof.yaml").touch()
    assert find_settings(repository / "src") is None
    (repository / "reproof.yaml").touch()
    assert repository / "reproof.yaml" == find_settings(repository / "src")


@pytest.mark.parametrize(("text", "expected"), [("false", False), ("no", False), ("true", True)])
def test_data_files_are_looked_into_unless_that_is_switched_off(tmp_path: Path, text: str, expected: bool) -> None:
    path = tmp_path / "reproof.yaml"
    path.write_text(f"profile: {text}\n")
    assert load_settings(path).profile is expected
    path.write_text("")
    assert load_settings(path).profile is True


@pytest.mark.parametrize("text", ["maybe", "[]", "'false'", ""])
def test_a_switch_that_is_neither_true_nor_false_is_told(tmp_path: Path, text: str) -> None:
    assert "expected true or false" in complaint(tmp_path, f"profile: {text}\n")[0]


def test_what_is_no_secret_is_read_and_a_mistake_in_it_is_told(tmp_path: Path) -> None:
    settings = load(tmp_path, 'secrets: {allow: ["sk-test-*", pad_token]}\n')
    assert settings.policy.allowed_secrets == ("sk-test-*", "pad_token")
    assert load(tmp_path, "secrets:\n").policy == load(tmp_path, "secrets: {allow: }\n").policy == Policy()
    assert complaint(tmp_path, "secrets: [a]\n")[0] == "reproof.yaml, line 1: secrets is a list, expected a mapping."
    assert complaint(tmp_path, "secrets: {deny: [a]}\n")[0] == "reproof.yaml, line 1: unknown key 'deny'."
    assert complaint(tmp_path, "secrets: {allow: a}\n")[0] == "reproof.yaml, line 1: allow is 'a', expected a list."
