from hypothesis import given
from hypothesis import strategies as st

from reproof.capture.secrets import is_private, redact, redact_argv, select_environment

GITHUB = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def test_a_token_in_text_is_replaced() -> None:
    assert redact(f"cloning with {GITHUB} now") == "cloning with <redacted> now"


def test_a_password_in_an_address_is_replaced_and_the_address_stays() -> None:
    assert redact("https://ada:s3cret@host/x") == "https://<redacted>@host/x"


def test_a_value_assigned_to_a_secret_name_is_replaced() -> None:
    assert redact('api_key = "abcdef123456"') == 'api_key = "<redacted>"'


def test_code_that_only_names_a_secret_is_left_alone() -> None:
    code = 'token = os.environ["TOKEN"]'
    assert redact(code) == code


def test_the_word_after_a_secret_option_is_replaced() -> None:
    assert redact_argv(["train", "--api-key", "abc", "--lr", "0.1"]) == (
        "train",
        "--api-key",
        "<redacted>",
        "--lr",
        "0.1",
    )


def test_options_that_are_no_secrets_stay() -> None:
    argv = ["python", "train.py", "--tokenizer", "bert", "--max-tokens", "512"]
    assert redact_argv(argv) == tuple(argv)


def test_listed_variables_are_kept_and_others_become_hashes() -> None:
    kept = select_environment({"OMP_NUM_THREADS": "2", "MY_DATA": "/x", "TORCH_API_TOKEN": "t"}, "salt")
    assert kept.variables == {"OMP_NUM_THREADS": "2"}
    assert sorted(kept.withheld) == ["MY_DATA", "TORCH_API_TOKEN"]
    assert all(len(value) == 64 for value in kept.withheld.values())


def test_a_user_can_allow_more() -> None:
    assert select_environment({"MY_DATA": "/x"}, "salt", also=("MY_*",)).variables == {"MY_DATA": "/x"}


def test_private_files_are_known_by_name() -> None:
    assert [is_private(name) for name in (".env", "server.pem", "train.csv")] == [True, True, False]


@given(st.text())
def test_redaction_is_stable(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_no_withheld_value_is_in_the_document(variables: dict[str, str]) -> None:
    chosen = select_environment(variables, "salt")
    assert set(chosen.variables) | set(chosen.withheld) == set(variables)
