"""A base from a real registry: by digest, and every way in which it cannot be had."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ACCOUNT, Registry, free_port
from plans import make_plan

from reproof.adapters.engine import Engine
from reproof.build.context import context_tar
from reproof.build.image import build_image, pinned
from reproof.errors import BuildError
from reproof.model.image import BuildContext, ContextFile, Image
from reproof.model.plan import Base
from reproof.progress import Progress
from reproof.store.store import Store

WRONG = "sha256:" + "d" * 64


def context_with(dockerfile: str, text: str) -> BuildContext:
    files = (ContextFile(path="Dockerfile", text=dockerfile), ContextFile(path="file", text=text))
    return BuildContext(plan="test", files=files)


def push(engine: Engine, host: str, store: Store, account: dict[str, str] | None = None) -> str:
    """Build a small image, push it as `<host>/small:1`, remove it here; return its digest in the registry."""
    name = f"{host}/small"
    tar = context_tar(context_with("FROM scratch\nCOPY file /base\n", host), store.blobs)
    engine.build(tar, f"{name}:1", {}, Progress())
    digest = ""
    for event in engine.api.push(name, "1", stream=True, decode=True, auth_config=account):
        assert "error" not in event, event
        digest = (event.get("aux") or {}).get("Digest") or digest
    engine.remove_image(f"{name}:1")
    assert digest.startswith("sha256:")
    return digest


def build_from(engine: Engine, store: Store, reference: str, digest: str) -> Image:
    """Build a context whose base is an image of a registry; take the names of both away again."""
    base = Base(kind="registry", reference=reference, digest=digest)
    context = context_with(f"FROM {reference}@{digest} AS base\nFROM base\nCOPY file /added\n", digest)
    image = build_image(context, make_plan(base=base), engine, store, Progress())
    assert engine.find_image(pinned(base)) is not None
    engine.remove_image(image.tag)
    engine.remove_image(pinned(base))
    return image


@pytest.fixture(scope="module")
def pushed(engine: Engine, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> str:
    return push(engine, registry.host, Store(tmp_path_factory.mktemp("push")))


@pytest.fixture
def logged_in(locked_registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Return an engine whose user is logged in to the registry, in docker settings of the test's own."""
    token = base64.b64encode(":".join(ACCOUNT).encode()).decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {locked_registry.host: {"auth": token}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    found = Engine.connect({"LANG": "C"})
    yield found
    found.close()


def test_a_base_by_digest_is_fetched_and_built_upon(
    engine: Engine, registry: Registry, pushed: str, store: Store
) -> None:
    image = build_from(engine, store, f"{registry.host}/small:1", pushed)
    assert len(image.layers) == 2


def test_a_digest_that_the_registry_does_not_have(
    engine: Engine, registry: Registry, pushed: str, store: Store
) -> None:
    with pytest.raises(BuildError, match=f"the registry {registry.host} has no .*@{WRONG}") as caught:
        build_from(engine, store, f"{registry.host}/small:1", WRONG)
    assert "resolve again" in caught.value.hint


def test_a_registry_that_cannot_be_reached(engine: Engine, store: Store) -> None:
    host = f"127.0.0.1:{free_port()}"
    with pytest.raises(BuildError, match=f"the registry {host} cannot be reached") as caught:
        build_from(engine, store, f"{host}/small:1", WRONG)
    assert "network" in caught.value.hint


def test_a_registry_that_wants_a_password(engine: Engine, locked_registry: Registry, store: Store) -> None:
    with pytest.raises(BuildError, match=f"the registry {locked_registry.host} wants a password") as caught:
        build_from(engine, store, f"{locked_registry.host}/small:1", WRONG)
    assert f"docker login {locked_registry.host}" in caught.value.hint


def test_a_password_from_the_docker_settings_is_used(
    logged_in: Engine, locked_registry: Registry, store: Store
) -> None:
    digest = push(logged_in, locked_registry.host, store, {"username": ACCOUNT[0], "password": ACCOUNT[1]})
    assert len(build_from(logged_in, store, f"{locked_registry.host}/small:1", digest).layers) == 2
