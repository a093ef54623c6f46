"""Where an engine is looked for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from reproof.adapters.engine_host import Host, candidates, no_engine
from reproof.adapters.engine_run import variables
from reproof.errors import EngineError


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder of docker settings, the one that the SDK reads."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path


def write_context(settings: Path, name: str, host: str) -> None:
    folder = settings / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    endpoints = {"docker": {"Host": host, "SkipTLSVerify": False}}
    (folder / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": endpoints}))


def test_docker_host_stands_alone(settings: Path) -> None:
    assert [host.url for host in candidates({"DOCKER_HOST": "tcp://127.0.0.1:2375"})] == ["tcp://127.0.0.1:2375"]


def test_the_current_context_stands_alone(settings: Path) -> None:
    write_context(settings, "lab", "unix:///run/lab.sock")
    (settings / "config.json").write_text('{"currentContext": "lab"}')
    assert [(h.url, h.origin) for h in candidates({"LANG": "C"})] == [
        ("unix:///run/lab.sock", "the docker context lab")
    ]


def test_a_context_named_by_the_environment_comes_before_the_current_one(settings: Path) -> None:
    write_context(settings, "lab", "unix:///run/lab.sock")
    (settings / "config.json").write_text('{"currentContext": "elsewhere"}')
    assert [host.url for host in candidates({"DOCKER_CONTEXT": "lab"})] == ["unix:///run/lab.sock"]


def test_a_context_that_is_not_there_is_named(settings: Path) -> None:
    with pytest.raises(EngineError, match="no docker context lab"):
        candidates({"DOCKER_CONTEXT": "lab"})


def test_a_damaged_context_is_named(settings: Path) -> None:
    write_context(settings, "lab", "unix:///run/lab.sock")
    (settings / "config.json").write_text('{"currentContext": "lab"}')
    next(settings.rglob("meta.json")).write_text("{")
    with pytest.raises(EngineError, match="lab"):
        candidates({"LANG": "C"})


def test_without_a_choice_the_usual_sockets_are_tried_in_order(settings: Path) -> None:
    expected = [
        "unix:///var/run/docker.sock",
        "unix:///run/user/7/docker.sock",
        "unix:///run/user/7/podman/podman.sock",
        "unix:///run/podman/podman.sock",
    ]
    assert expected == [host.url for host in candidates({"XDG_RUNTIME_DIR": "/run/user/7"})]


def test_only_an_engine_on_this_machine_can_mount_its_files() -> None:
    hosts = ("unix:///var/run/docker.sock", "tcp://127.0.0.1:2375", "tcp://build.example.org:2376")
    assert [Host(url, "test").is_local for url in hosts] == [True, True, False]


def test_the_error_names_each_address_and_why_it_did_not_serve() -> None:
    error = no_engine(
        [(Host("unix:///a", "the default socket"), "permission denied"), (Host("unix:///b", "Podman"), "x")]
    )
    assert "unix:///a (the default socket): permission denied" in error.message
    assert "unix:///b (Podman): x" in error.message
    assert "group docker" in error.hint


def test_what_the_image_sets_besides_is_taken_away() -> None:
    expected = ["PATH=/bin", "A=1", "GPG_KEY", "HOSTNAME"]
    assert expected == variables({"PATH": "/bin", "A": "1"}, ["PATH=/usr/bin", "GPG_KEY=x"])
