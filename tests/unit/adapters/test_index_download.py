"""Downloads survive a process that is killed in the middle, and several processes that want the same file."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from index_server import IndexServer, make_wheel, serving

from reproof.adapters.index import Index
from reproof.adapters.pip_config import PipConfig
from reproof.model.resolution import Artifact
from reproof.progress import Progress

CHILD = """
import sys
from pathlib import Path
from reproof.adapters.index import Index
from reproof.adapters.pip_config import PipConfig
from reproof.model.resolution import Artifact
from reproof.progress import Progress
artifact = Artifact.model_validate_json(sys.argv[1])
paths = Index(PipConfig(indexes=()), Path(sys.argv[2])).fetch([artifact], Progress())
print(paths[artifact.digest])
"""
SIZE = 8 << 20


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with serving(IndexServer()) as running:
        yield running


def offered(server: IndexServer) -> Artifact:
    """Offer a wheel of some size; return its artifact."""
    wheel = make_wheel("pack", "1.0", {"pack/data.bin": bytes(range(256)) * (SIZE // 256)})
    server.add(wheel)
    digest = f"sha256:{hashlib.sha256(wheel[1]).hexdigest()}"
    url = server.url.replace("/simple", f"/files/{wheel[0]}")
    return Artifact(filename=wheel[0], digest=digest, size=len(wheel[1]), url=url)


def start(artifact: Artifact, cache: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", CHILD, artifact.model_dump_json(), str(cache)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def part_of(artifact: Artifact, cache: Path) -> Path:
    return cache / artifact.digest.removeprefix("sha256:") / f"{artifact.filename}.part"


def test_what_a_killed_process_had_fetched_is_not_fetched_again(server: IndexServer, tmp_path: Path) -> None:
    artifact = offered(server)
    server.pause_every = 256 << 10
    part = part_of(artifact, tmp_path)
    child = start(artifact, tmp_path)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (part.is_file() and part.stat().st_size > 1 << 20):
        time.sleep(0.01)
    child.kill()
    child.communicate()
    had = part.stat().st_size
    assert 1 << 20 < had < artifact.size
    server.pause_every = None
    path = Index(PipConfig(indexes=()), tmp_path).fetch([artifact], Progress())[artifact.digest]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == artifact.digest.removeprefix("sha256:")
    assert server.requests[-1][1] == f"bytes={had}-"
    assert not part.exists()


def test_processes_that_want_one_file_fetch_it_once(server: IndexServer, tmp_path: Path) -> None:
    artifact = offered(server)
    server.pause_every = 1 << 20
    children = [start(artifact, tmp_path) for _ in range(3)]
    answers = [child.communicate(timeout=60) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], answers
    assert len({out for out, _ in answers}) == 1
    assert len(server.requests) == 1
    path = Path(answers[0][0].decode().strip())
    assert f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" == artifact.digest


def test_the_one_that_waits_goes_on_where_a_killed_one_stopped(server: IndexServer, tmp_path: Path) -> None:
    artifact = offered(server)
    server.pause_every = 256 << 10
    first = start(artifact, tmp_path)
    part = part_of(artifact, tmp_path)
    while not (part.is_file() and part.stat().st_size > 1 << 20):
        assert first.poll() is None, first.communicate()
        time.sleep(0.01)
    second = start(artifact, tmp_path)
    time.sleep(0.5)
    first.kill()
    first.communicate()
    out, err = second.communicate(timeout=60)
    assert second.returncode == 0, err
    assert Path(out.decode().strip()).stat().st_size == artifact.size
    starts = [int(asked.removeprefix("bytes=").removesuffix("-") or 0) for _, asked in server.requests]
    assert len(starts) == 2 and starts[1] > 1 << 20
