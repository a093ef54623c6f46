"""pip's configuration is read as pip reads it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI

from reproof.adapters.pip_config import config_files, public_url, read_pip_config
from reproof.errors import ResolveError


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An account without any configuration."""
    return {"HOME": str(tmp_path / "home"), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}


def read(environ: dict[str, str], tmp_path: Path, prefix: str | None = None):
    return read_pip_config(environ, prefix, etc=tmp_path / "etc")


def test_without_configuration_the_index_is_pips_own(home: dict[str, str], tmp_path: Path) -> None:
    config = read(home, tmp_path)
    assert (PyPI.simple_url,) == config.indexes
    assert config.find_links == ()
    assert config.timeout_s == 15.0


def test_files_win_in_pips_order(home: dict[str, str], tmp_path: Path) -> None:
    files = config_files(home, str(tmp_path / "venv"), tmp_path / "etc")
    expected = ["xdg/pip/pip.conf", "etc/pip.conf", "home/.pip/pip.conf", "home/.config/pip/pip.conf", "venv/pip.conf"]
    assert [tmp_path / name for name in expected] == files
    for number, path in enumerate(files):
        write(path, f"[global]\nindex-url = http://index{number}/simple\n")
        assert (f"http://index{number}/simple",) == read(home, tmp_path, str(tmp_path / "venv")).indexes


def test_a_named_file_replaces_the_users_but_not_the_others(home: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / "home/.config/pip/pip.conf", "[global]\nindex-url = http://user/simple\n")
    write(tmp_path / "etc/pip.conf", "[global]\nextra-index-url = http://system/simple\n")
    named = write(tmp_path / "named.conf", "[global]\nno-index = false\n")
    config = read({**home, "PIP_CONFIG_FILE": str(named)}, tmp_path)
    assert (PyPI.simple_url, "http://system/simple") == config.indexes


def test_the_null_device_switches_all_files_off(home: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / "etc/pip.conf", "[global]\nindex-url = http://system/simple\n")
    assert (PyPI.simple_url,) == read({**home, "PIP_CONFIG_FILE": os.devnull}, tmp_path).indexes


def test_the_section_of_a_command_wins_over_global_and_variables_over_both(
    home: dict[str, str], tmp_path: Path
) -> None:
    sections = ("[install]", "index_url = http://install/simple", "[global]", "index-url = http://global/simple")
    text = "\n".join((*sections, "[list]", "no-index = 1"))
    write(tmp_path / "etc/pip.conf", text)
    assert read(home, tmp_path).indexes == ("http://install/simple",)
    assert read({**home, "PIP_INDEX_URL": "http://env/simple"}, tmp_path).indexes == ("http://env/simple",)


def test_lists_are_split_at_white_space(home: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / "etc/pip.conf", "[global]\nextra-index-url =\n    http://a/simple\n    http://b/simple\n")
    config = read({**home, "PIP_FIND_LINKS": "/wheels file:///more", "PIP_TRUSTED_HOST": "a b:8080"}, tmp_path)
    assert config.indexes[1:] == ("http://a/simple", "http://b/simple")
    assert config.find_links == ("/wheels", "file:///more")
    assert config.trusted_hosts == ("a", "b:8080")


def test_no_index_leaves_the_links(home: dict[str, str], tmp_path: Path) -> None:
    config = read({**home, "PIP_NO_INDEX": "yes", "PIP_FIND_LINKS": "/wheels"}, tmp_path)
    assert (config.indexes, config.find_links) == ((), ("/wheels",))


def test_certificates_and_timeout(home: dict[str, str], tmp_path: Path) -> None:
    environ = {**home, "REQUESTS_CA_BUNDLE": "/ca.pem", "PIP_DEFAULT_TIMEOUT": "42", "PIP_CLIENT_CERT": "/me.pem"}
    config = read(environ, tmp_path)
    assert (config.cert, config.client_cert, config.timeout_s) == ("/ca.pem", "/me.pem", 42.0)
    assert read({**environ, "PIP_CERT": "/pip.pem"}, tmp_path).cert == "/pip.pem"


def test_pips_proxy_wins_over_the_variables_and_hosts_can_be_left_out(home: dict[str, str], tmp_path: Path) -> None:
    environ = {**home, "https_proxy": "http://env:3128", "NO_PROXY": ".corp, 10.0.0.1"}
    left_out = (("all://*corp", None), ("all://*10.0.0.1", None))
    assert (("https://", "http://env:3128"), *left_out) == read(environ, tmp_path).proxies
    assert (("all://", "http://pip:8080"), *left_out) == read({**environ, "PIP_PROXY": "pip:8080"}, tmp_path).proxies
    assert read({**environ, "NO_PROXY": "*"}, tmp_path).proxies == ()


def test_a_file_that_pip_cannot_parse_is_named(home: dict[str, str], tmp_path: Path) -> None:
    path = write(tmp_path / "etc/pip.conf", "index-url = http://no.section/\n")
    with pytest.raises(ResolveError, match=str(path)):
        read(home, tmp_path)


def test_credentials_are_stripped_and_never_shown(home: dict[str, str], tmp_path: Path) -> None:
    secret = "https://ada:s3cret@index.example:8443/simple/x.whl?token=abc#sha256=1"
    assert public_url(secret) == "https://index.example:8443/simple/x.whl"
    config = read({**home, "PIP_INDEX_URL": secret, "https_proxy": "http://u:s3cret@proxy"}, tmp_path)
    assert secret in config.indexes
    assert "s3cret" not in repr(config)
