"""A real registry is asked for digests: without and with a password, for what it has and what it lacks."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Mapping
from typing import Protocol

import httpx
import pytest

from reproof.adapters.registry import RegistryClient

ACCOUNT = ("ada", "open sesame")
EMPTY = b"{}"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"


class Registry(Protocol):
    """A registry that the fixtures have started."""

    host: str


def push(registry: Registry, name: str, tag: str, account: tuple[str, str] | None = None) -> str:
    """Push an image without layers, and an index that lists it under the tag; return the index's digest."""
    with httpx.Client(base_url=f"http://{registry.host}", auth=account, trust_env=False) as client:
        upload = client.post(f"/v2/{name}/blobs/uploads/").headers["Location"]
        client.put(
            upload, params={**httpx.URL(upload).params, "digest": digest(EMPTY)}, content=EMPTY
        ).raise_for_status()
        config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(EMPTY), "size": len(EMPTY)}
        manifest = put(client, name, "image", {"mediaType": MANIFEST_TYPE, "config": config, "layers": []})
        listed = {"mediaType": MANIFEST_TYPE, "digest": digest(manifest), "size": len(manifest)}
        return digest(put(client, name, tag, {"mediaType": INDEX_TYPE, "manifests": [listed]}))


def put(client: httpx.Client, name: str, tag: str, manifest: Mapping[str, object]) -> bytes:
    data = json.dumps({"schemaVersion": 2, **manifest}).encode()
    kind = {"Content-Type": str(manifest["mediaType"])}
    client.put(f"/v2/{name}/manifests/{tag}", content=data, headers=kind).raise_for_status()
    return data


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_a_tag_stands_for_the_digest_of_its_index(registry: Registry) -> None:
    expected = push(registry, "looked-up", "3.11.7-slim")
    lookup = RegistryClient(registry.host).lookup("looked-up:3.11.7-slim")
    assert (f"{registry.host}/looked-up:3.11.7-slim", expected) == (lookup.reference, lookup.digest)
    assert expected == RegistryClient(registry.host).lookup(f"looked-up@{expected}").digest


@pytest.mark.parametrize("reference", ["looked-up:no-such-tag", "never-pushed:1", f"looked-up@{digest(b'other')}"])
def test_what_is_not_there_is_told_apart_from_nobody_there(registry: Registry, reference: str) -> None:
    push(registry, "looked-up", "1")
    lookup = RegistryClient(registry.host).lookup(reference)
    assert (lookup.digest, lookup.reachable) == (None, True)
    assert f"the registry at {registry.host} has no {registry.host}/{reference}" == lookup.error


def test_a_registry_that_wants_a_password(locked_registry: Registry) -> None:
    expected = push(locked_registry, "looked-up", "1", ACCOUNT)
    host = locked_registry.host
    assert expected == RegistryClient(host, accounts={host: ACCOUNT}).lookup("looked-up:1").digest
    wrong = RegistryClient(host, accounts={host: ("ada", "guess")}).lookup("looked-up:1")
    assert f"the registry at {host} does not accept the user and password" == wrong.error
    assert f"the registry at {host} wants a user and password" == RegistryClient(host).lookup("looked-up:1").error


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        host = f"127.0.0.1:{unused.getsockname()[1]}"
    lookup = RegistryClient(host).lookup("python:3")
    assert (lookup.digest, lookup.reachable) == (None, False)
