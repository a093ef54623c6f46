"""What of the environment and of the files is kept, and which values are looked for everywhere."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproof.capture.redaction import Redactor
from reproof.capture.secrets import is_private, known_secrets, matcher, select_environment


def test_listed_variables_are_kept_and_others_become_hashes() -> None:
    kept = select_environment({"OMP_NUM_THREADS": "2", "MY_DATA": "/x", "TORCH_API_TOKEN": "t"}, "salt")
    assert kept.variables == {"OMP_NUM_THREADS": "2"}
    assert sorted(kept.withheld) == ["MY_DATA", "TORCH_API_TOKEN"]
    assert all(len(value) == 64 for value in kept.withheld.values())


def test_a_user_can_allow_more() -> None:
    assert select_environment({"MY_DATA": "/x"}, "salt", also=("MY_*",)).variables == {"MY_DATA": "/x"}


@pytest.mark.parametrize("pattern", ["A_B", "A_*", "?_B", "[A]_B", "*", "*_B", "A*B"])
def test_a_pattern_means_what_it_means_to_a_shell(pattern: str) -> None:
    for name in ("A_B", "B", "AXB", ""):
        assert matcher([pattern])(name) == fnmatchcase(name, pattern), name


def test_a_secret_cannot_be_allowed_by_a_pattern() -> None:
    assert select_environment({"MY_TOKEN": "abc"}, "salt", also=("*",)).variables == {}


def test_a_secret_in_a_variable_that_is_kept_is_taken_out() -> None:
    kept = select_environment({"TORCH_HUB": "https://ada:s3cretive@host/x"}, "salt")
    assert kept.variables == {"TORCH_HUB": "https://<redacted>@host/x"}


@pytest.mark.parametrize(
    "path",
    [".env", "/p/.env.production", "prod.env", ".envrc", "server.pem", "id_ed25519", "/root/.ssh/config", ".netrc",
     ".npmrc", ".pypirc", "kaggle.json", "my-service-account.json", "/h/.aws/credentials", "/h/.docker/config.json",
     "/h/.kube/config", "secrets.yaml", "tls.key", "/h/.cache/huggingface/token"],
)  # fmt: skip
def test_files_that_hold_secrets_are_known_by_name(path: str) -> None:
    assert is_private(path)


@pytest.mark.parametrize("path", ["train.csv", ".env.example", "id_rsa.pub", "credentials.py", "environment.yml",
                                  "config.json", "keyboard.txt", "monkey.json"])  # fmt: skip
def test_files_that_are_only_called_alike_are_not(path: str) -> None:
    assert not is_private(path)


def test_values_of_secret_variables_options_and_addresses_are_known() -> None:
    environ = {"WANDB_API_KEY": "0123456789abcdef", "DB_PASSWORD": "correcthorse", "PWD": "/home/ada/x1",
               "SSH_AUTH_SOCK": "/tmp/ssh-1/agent.12", "DB": "postgresql://ada:p%40ssw0rd@db/x"}  # fmt: skip
    argv = ["train", "--password", "opensesame", "--token-file", "/a/b/c.txt1"]
    assert known_secrets(environ, argv, ()) == {
        "0123456789abcdef", "correcthorse", "p%40ssw0rd", "p@ssw0rd", "opensesame",
    }  # fmt: skip


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_no_withheld_value_is_in_the_document(variables: dict[str, str]) -> None:
    chosen = select_environment(variables, "salt")
    assert set(chosen.variables) | set(chosen.withheld) == set(variables)


def test_a_variable_whose_name_promises_a_secret_is_kept_if_the_user_allows_both() -> None:
    variables, redactor = {"PAD_TOKEN": "a1b2c3d4e5f6", "HUB_TOKEN": "x"}, Redactor(allowed=("PAD_TOKEN",))
    assert select_environment(variables, "salt", ("*",), redactor).variables == {"PAD_TOKEN": "a1b2c3d4e5f6"}
    assert select_environment(variables, "salt", (), redactor).variables == {}
