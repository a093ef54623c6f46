"""Registries are asked as Docker asks them, and each way to fail has its own words."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import docker.errors
import pytest

from reproof.adapters.registry import RegistryClient, docker_accounts
from reproof.adapters.registry_reference import Reference
from reproof.errors import UsageError

MANIFEST = b'{"schemaVersion": 2}'
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
OTHER = "sha256:" + "0" * 64
ACCOUNT = ("ada", "secret")
BASIC = "Basic " + base64.b64encode(b"ada:secret").decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python", Reference(None, "python")),
        ("python:3.11-slim", Reference(None, "python", "3.11-slim")),
        ("nvidia/cuda:12.1", Reference(None, "nvidia/cuda", "12.1")),
        ("127.0.0.1:5000/python:3", Reference("127.0.0.1:5000", "python", "3")),
        ("localhost/a/b", Reference("localhost", "a/b")),
        (f"reg.example/a:1@{OTHER}", Reference("reg.example", "a", "1", OTHER)),
    ],
)
def test_a_name_is_taken_apart_and_put_together(text: str, expected: Reference) -> None:
    assert expected == Reference.parse(text)
    assert text == str(expected)


@pytest.mark.parametrize("text", ["", "Python", "a:", "a@", "a@sha256:12", "a b", "reg.example/", "a:b:c"])
def test_what_is_no_image_name_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="is not an image name"):
        Reference.parse(text)


def test_only_loopback_is_spoken_to_in_clear() -> None:
    names = ("127.0.0.1:5000/a", "localhost/a", "127.example/a", "10.0.0.1:5000/a")
    assert [Reference.parse(name).base_url.partition(":")[0] for name in names] == ["http", "http", "https", "https"]


class FakeRegistry(ThreadingHTTPServer):
    """Has python:3; `demands` is None, `basic` or `bearer`."""

    demands: str | None = None
    status: int | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: FakeRegistry

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        proof = self.headers.get("Authorization")
        if self.path.startswith("/token"):
            asked = self.path.partition("?")[2]
            fits = proof == BASIC and asked == "service=test&scope=repository%3Apython%3Apull"
            self.answer(200 if fits else 401, b'{"token": "t0"}' if fits else b"{}")
        elif self.server.status:
            self.answer(self.server.status, b"")
        elif self.server.demands == "basic" and proof != BASIC:
            self.answer(401, b"", {"WWW-Authenticate": 'Basic realm="test"'})
        elif self.server.demands == "bearer" and proof != "Bearer t0":
            realm = f'Bearer realm="http://{self.server.host}/token",service="test",scope="repository:python:pull"'
            self.answer(401, b"", {"WWW-Authenticate": realm})
        elif self.path in ("/v2/python/manifests/3", f"/v2/python/manifests/{DIGEST}", f"/v2/python/manifests/{OTHER}"):
            accepted = "application/vnd.oci.image.index.v1+json" in self.headers["Accept"]
            self.answer(200 if accepted else 406, MANIFEST)
        else:
            self.answer(404, b"{}")

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    server = FakeRegistry(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_bare_name_is_looked_up_on_the_registry_that_is_set(registry: FakeRegistry) -> None:
    lookup = RegistryClient(registry.host).lookup("python:3")
    assert (f"{registry.host}/python:3", DIGEST, None, True) == (
        lookup.reference,
        lookup.digest,
        lookup.error,
        lookup.reachable,
    )


def test_a_name_with_a_registry_goes_there(registry: FakeRegistry) -> None:
    assert RegistryClient("elsewhere.invalid").lookup(f"{registry.host}/python:3").digest == DIGEST


def test_a_tag_that_is_not_there(registry: FakeRegistry) -> None:
    lookup = RegistryClient(registry.host).lookup("python:4")
    assert (lookup.digest, lookup.reachable) == (None, True)
    assert f"the registry at {registry.host} has no {registry.host}/python:4" == lookup.error


def test_a_digest_is_checked_against_the_manifest(registry: FakeRegistry) -> None:
    client = RegistryClient(registry.host)
    assert client.lookup(f"python@{DIGEST}").digest == DIGEST
    lookup = client.lookup(f"python@{OTHER}")
    assert lookup.digest is None
    assert f"sent a manifest whose digest is {DIGEST}" in (lookup.error or "")


@pytest.mark.parametrize("demands", ["basic", "bearer"])
def test_a_registry_that_wants_a_password(registry: FakeRegistry, demands: str) -> None:
    registry.demands = demands
    assert RegistryClient(registry.host, accounts={registry.host: ACCOUNT}).lookup("python:3").digest == DIGEST
    wrong = RegistryClient(registry.host, accounts={registry.host: ("ada", "wrong")}).lookup("python:3")
    assert f"the registry at {registry.host} does not accept the user and password" == wrong.error
    without = RegistryClient(registry.host).lookup("python:3")
    assert f"the registry at {registry.host} wants a user and password" == without.error
    assert wrong.reachable and without.reachable


def test_a_registry_in_trouble(registry: FakeRegistry) -> None:
    registry.status = 500
    lookup = RegistryClient(registry.host).lookup("python:3")
    assert f"the registry at {registry.host} answers 500 Internal Server Error" == lookup.error


def test_a_registry_that_cannot_be_reached() -> None:
    server = FakeRegistry(("127.0.0.1", 0), Handler)
    server.server_close()
    lookup = RegistryClient(server.host).lookup("python:3")
    assert (lookup.digest, lookup.reachable) == (None, False)
    assert f"the registry at {server.host} cannot be reached" in (lookup.error or "")


class FakeEngine:
    """Answers `inspect_distribution` with a value or an error."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def inspect_distribution(self, image: str) -> dict[str, object]:
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"Descriptor": {"digest": self.answer}, "asked": image}


class Response:
    def __init__(self, status: int) -> None:
        self.status_code = status


def refusal(status: int, text: str) -> docker.errors.APIError:
    return docker.errors.APIError(text, response=Response(status), explanation=text)


def test_without_a_registry_the_engine_is_asked() -> None:
    lookup = RegistryClient(engine=FakeEngine(DIGEST)).lookup("python:3")
    assert (lookup.reference, lookup.digest) == ("python:3", DIGEST)


@pytest.mark.parametrize(
    ("error", "reachable", "words"),
    [
        (refusal(500, "dial tcp: lookup reg: no such host"), False, "cannot reach its registry"),
        (refusal(404, "manifest unknown"), True, "has no python:3"),
        (refusal(401, "unauthorized"), True, "refuses: unauthorized"),
        (docker.errors.DockerException("gone"), False, "gives no answer"),
    ],
)
def test_what_the_engine_says_of_a_failure(error: Exception, reachable: bool, words: str) -> None:
    lookup = RegistryClient(engine=FakeEngine(error)).lookup("python:3")
    assert (None, reachable) == (lookup.digest, lookup.reachable)
    assert words in (lookup.error or "")


def test_without_registry_and_engine_nobody_can_be_asked() -> None:
    assert not RegistryClient().lookup("python:3").reachable


def test_log_ins_are_read_from_the_docker_configuration(tmp_path: Path) -> None:
    auths = {
        "127.0.0.1:5000": {"auth": BASIC.split()[1]},
        "https://reg.example/v1/": {"auth": BASIC.split()[1]},
        "x": {},
    }
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
    expected = {"127.0.0.1:5000": ACCOUNT, "reg.example": ACCOUNT}
    assert expected == docker_accounts({"DOCKER_CONFIG": str(tmp_path)})
    assert docker_accounts({"HOME": str(tmp_path)}) == {}
