"""The indexes that are asked are those of pip and of uv, for the project in which the run was."""

from __future__ import annotations

from pathlib import Path

from index_server import IndexServer, make_wheel, serving

from reproof.store.store import Store
from reproof.wiring import make_index


def test_uvs_index_is_asked_beside_pips_places(tmp_path: Path) -> None:
    server = IndexServer()
    server.add(make_wheel("pack", "1.0"))
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "pack-2.0-py3-none-any.whl").write_bytes(make_wheel("pack", "2.0")[1])
    with serving(server):
        (tmp_path / "uv.toml").write_text(f'index-url = "{server.url}"\n')
        environ = {"HOME": str(tmp_path / "home"), "PIP_CONFIG_FILE": "/dev/null"}
        environ["PIP_FIND_LINKS"] = str(tmp_path / "wheels")
        index = make_index(Store(tmp_path / "store"), environ, None, str(tmp_path))
        listing = index.files("pack")
        index.close()
    assert [file.filename for file in listing.files] == ["pack-1.0-py3-none-any.whl", "pack-2.0-py3-none-any.whl"]
    assert listing.failures == ()
