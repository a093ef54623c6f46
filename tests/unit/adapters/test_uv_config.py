"""uv's indexes, from its files and variables, beside pip's."""

from __future__ import annotations

from pathlib import Path

import pytest

from reproof.adapters.pip_config import PipConfig
from reproof.adapters.uv_config import UvConfig, merged, read_uv_config, uv_config_files
from reproof.errors import ResolveError

PUBLIC = "https://public.example/simple"


def read(tmp_path: Path, cwd: Path | None = None, **environ: str) -> UvConfig:
    return read_uv_config({"HOME": str(tmp_path / "home"), **environ}, cwd, tmp_path / "etc")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_without_any_configuration_there_is_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, tmp_path) == UvConfig()


def test_the_three_levels_are_joined_the_project_first(tmp_path: Path) -> None:
    write(
        tmp_path / "etc/uv/uv.toml", 'index-url = "https://system.example/"\nextra-index-url = ["https://c.example/"]\n'
    )
    write(tmp_path / "home/.config/uv/uv.toml", 'extra-index-url = ["https://b.example/"]\n')
    write(tmp_path / "work/pyproject.toml", '[tool.uv]\nindex-url = "https://own.example/"\n'
          '[[tool.uv.index]]\nname = "a"\nurl = "https://a.example/"\n')  # fmt: skip
    found = read(tmp_path, tmp_path / "work" / "deep")
    assert found.default == "https://own.example/"
    assert found.indexes == ("https://a.example/", "https://b.example/", "https://c.example/")


def test_uv_toml_hides_the_pyproject_beside_it_and_one_without_a_table_counts_for_nothing(tmp_path: Path) -> None:
    write(tmp_path / "work/uv.toml", 'index-url = "https://one.example/"\n')
    write(tmp_path / "work/pyproject.toml", '[tool.uv]\nindex-url = "https://two.example/"\n')
    write(tmp_path / "work/sub/pyproject.toml", '[project]\nname = "x"\n')
    assert read(tmp_path, tmp_path / "work" / "sub").default == "https://one.example/"


def test_a_default_index_a_flat_one_and_an_explicit_one_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path / "work/uv.toml", '[[index]]\nurl = "https://flat.example/"\nformat = "flat"\n'
          '[[index]]\nurl = "https://default.example/"\ndefault = true\n'
          '[[index]]\nname = "torch"\nurl = "https://torch.example/cu121"\nexplicit = true\n')  # fmt: skip
    found = read(tmp_path, tmp_path / "work")
    assert found.default == "https://default.example/"
    assert found.indexes == ("https://torch.example/cu121",)
    assert found.find_links == ("https://flat.example/",)


def test_the_pip_table_counts_and_a_relative_folder_lies_beside_the_file(tmp_path: Path) -> None:
    write(tmp_path / "work/uv.toml", '[pip]\nfind-links = ["wheels"]\nextra-index-url = "https://x.example/"\n')
    found = read(tmp_path, tmp_path / "work")
    assert found.find_links == (str(tmp_path / "work" / "wheels"),)
    assert found.indexes == ("https://x.example/",)


def test_variables_win_and_may_name_their_index(tmp_path: Path) -> None:
    write(tmp_path / "work/uv.toml", 'index-url = "https://file.example/"\n')
    found = read(tmp_path, tmp_path / "work", UV_DEFAULT_INDEX="main=https://v.example/",
                 UV_INDEX="https://i.example/ t=https://t.example/", UV_FIND_LINKS="/a,/b",
                 UV_INSECURE_HOST="https://loose.example:8080 other.example")  # fmt: skip
    assert (found.default, found.indexes) == ("https://v.example/", ("https://i.example/", "https://t.example/"))
    assert (found.find_links, found.insecure_hosts) == (("/a", "/b"), ("loose.example:8080", "other.example"))


def test_the_account_of_a_named_index_comes_from_its_variables(tmp_path: Path) -> None:
    write(tmp_path / "work/uv.toml", '[[index]]\nname = "my-own"\nurl = "https://private.example/simple"\n')
    words = {"UV_INDEX_MY_OWN_USERNAME": "ada", "UV_INDEX_MY_OWN_PASSWORD": "p@ss"}
    found = read(tmp_path, tmp_path / "work", **words)
    assert found.indexes == ("https://ada:p%40ss@private.example/simple",)
    assert "p%40ss" not in repr(found)


def test_a_chosen_file_stands_alone_and_none_can_be_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "work/uv.toml", 'index-url = "https://file.example/"\n')
    chosen = write(tmp_path / "mine.toml", 'index-url = "https://mine.example/"\n')
    assert read(tmp_path, tmp_path / "work", UV_CONFIG_FILE=str(chosen)).default == "https://mine.example/"
    assert read(tmp_path, tmp_path / "work", UV_NO_CONFIG="1") == UvConfig()
    assert uv_config_files({"UV_NO_CONFIG": "0", "HOME": "/h"}, None, Path("/e"))[0] == Path("/h/.config/uv/uv.toml")


@pytest.mark.parametrize("text", ["index-url = [broken", "extra-index-url = [1]", 'index = [{name = "x"}]', "pip = 3"])
def test_a_damaged_file_is_told_with_its_path(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "work/uv.toml", text)
    with pytest.raises(ResolveError, match=str(path)):
        read(tmp_path, tmp_path / "work")


def test_both_configurations_are_asked(tmp_path: Path) -> None:
    pip = PipConfig(indexes=(PUBLIC, "https://extra.example/"), find_links=("/wheels",), trusted_hosts=("a",))
    uv = UvConfig(indexes=("https://i.example/",), find_links=("/more", "/wheels"), insecure_hosts=("b",))
    both = merged(pip, uv, PUBLIC)
    assert both.indexes == (PUBLIC, "https://extra.example/", "https://i.example/")
    assert (both.find_links, both.trusted_hosts) == (("/wheels", "/more"), ("a", "b"))


def test_a_private_default_keeps_the_public_index_from_being_asked() -> None:
    uv = UvConfig(default="https://private.example/")
    assert merged(PipConfig(indexes=(PUBLIC,)), uv, PUBLIC).indexes == ("https://private.example/",)
    own = PipConfig(indexes=("https://pips.example/",))
    assert merged(own, uv, PUBLIC).indexes == ("https://pips.example/", "https://private.example/")


def test_no_index_takes_away_uvs_indexes_alone() -> None:
    uv = UvConfig(default="https://d.example/", indexes=("https://i.example/",), find_links=("/w",), no_index=True)
    assert merged(PipConfig(indexes=("https://p.example/",)), uv, PUBLIC).indexes == ("https://p.example/",)
