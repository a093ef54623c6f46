"""The guard of the unit tests holds."""

from __future__ import annotations

import http.server
import os
import socket
import subprocess
import threading
import urllib.request

import pytest

from reproof.adapters.engine import Engine


def test_a_socket_file_cannot_be_reached() -> None:
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(AssertionError, match="connect"):
        client.connect("/var/run/docker.sock")


def test_another_machine_cannot_be_reached() -> None:
    with socket.socket() as client, pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        client.connect(("192.0.2.1", 80))


def test_a_name_cannot_be_looked_up() -> None:
    with pytest.raises(AssertionError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 80)


def test_the_engine_cannot_be_used() -> None:
    with pytest.raises(AssertionError, match="engine"):
        Engine.connect({"DOCKER_HOST": "tcp://127.0.0.1:1"})


def test_a_client_program_cannot_be_started() -> None:
    with pytest.raises(AssertionError, match="docker"):
        subprocess.run(["docker", "version"])


def test_a_child_process_is_pointed_to_an_engine_that_is_not_there() -> None:
    assert os.environ["DOCKER_HOST"] == "unix:///nowhere/docker.sock"


def test_a_server_of_the_test_itself_can_be_reached() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{server.server_port}/") as answer:
            assert answer.status == 200
        thread.join()
