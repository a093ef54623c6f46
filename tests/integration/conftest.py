"""A real engine, a real registry, a base made by a real bootstrap. What is missing fails a test; it skips none."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from command_line import Shell

from reproof.adapters.apt import AptArchive
from reproof.adapters.engine import Engine
from reproof.build.bootstrap import ensure_base
from reproof.build.context import context_tar
from reproof.build.image import LABEL
from reproof.errors import ReproofError
from reproof.model.base import Blob
from reproof.model.image import BuildContext, ContextFile, Image
from reproof.model.plan import Base
from reproof.progress import Progress
from reproof.store.store import Store

ACCOUNT = ("ada", "open sesame")
ACCOUNT_LINE = "ada:$2b$04$zN0Jz1Ntx3wo3ba10faqkOE11cjvGxL6hDyTqujagLg60Hapjsu3K\n"
"""What htpasswd writes for ACCOUNT, with the lowest cost."""
START_TIMEOUT_S = 20.0


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the session when a test was skipped for want of an engine: a green run must mean that it was used."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if any("engine" in str(report.longrepr).lower() for report in skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the skipped tests aloud, also when there are none."""
    terminalreporter.write_line(f"integration tests skipped: {len(terminalreporter.stats.get('skipped', []))}")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Return the engine that answers on this machine."""
    try:
        found = Engine.connect(os.environ)
    except ReproofError as error:
        pytest.fail(f"{error.message}\n{error.hint}", pytrace=False)
    yield found
    found.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store(tmp_path / "store")


@pytest.fixture(scope="session")
def codename() -> str:
    """Return the release that this machine's package manager can bootstrap."""
    suites = AptArchive().suites()
    if not suites:
        pytest.fail("this machine's apt has no archive of its own distribution: run `apt-get update`", pytrace=False)
    return suites[0]


@dataclass(frozen=True)
class Bootstrapped:
    """A root file system with Python, where it lies, and what it was made from."""

    base: Base
    blob: Blob
    store: Store


@pytest.fixture(scope="session")
def bootstrapped(codename: str, tmp_path_factory: pytest.TempPathFactory) -> Bootstrapped:
    """Return a base of this machine's distribution, made once for all tests."""
    store = Store(tmp_path_factory.mktemp("bootstrapped"))
    base = Base(kind="bootstrap", reference=codename, suite=codename, packages=("python3",))
    blob = ensure_base(base, AptArchive(), store, Progress())
    assert blob is not None
    return Bootstrapped(base, blob, store)


@pytest.fixture(scope="session")
def base_image(engine: Engine, bootstrapped: Bootstrapped) -> Iterator[str]:
    """Return the id of an image that is the bootstrapped base and nothing else."""
    context = BuildContext(
        plan="test",
        files=(
            ContextFile(path="Dockerfile", text="FROM scratch\nADD base.tar /\n"),
            ContextFile(path="base.tar", blob=bootstrapped.blob),
        ),
    )
    tag = f"reproof-test/base-{os.getpid()}:latest"
    yield engine.build(context_tar(context, bootstrapped.store.blobs), tag, {LABEL: "test"}, Progress())
    engine.remove_image(tag)


@pytest.fixture(scope="session")
def shared_store(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the store of all tests that rebuild through the command line: what one keeps, the next need not fetch."""
    root = tmp_path_factory.mktemp("shared") / "store"
    yield root
    store = Store(root)
    for identity in store.ids(Image):
        engine.remove_image(store.load(Image, identity).tag)


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the Python of an environment without packages: a run with it is recorded and rebuilt quickly."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", folder), check=True)
    return str(folder / "bin" / "python")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Return somebody with a store of their own."""
    (tmp_path / "work").mkdir()
    return Shell(tmp_path / "store", tmp_path / "work", {})


@pytest.fixture
def builder(shell: Shell, shared_store: Path) -> Shell:
    """Return somebody with the store in which the base image may lie already."""
    return replace(shell, store=shared_store)


@dataclass(frozen=True)
class Registry:
    """A registry on this machine; `host` is how an image's name begins."""

    host: str


@pytest.fixture(scope="session")
def start_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bool], Registry]]:
    """Return a function that starts a registry, with or without a password; all are ended with the session."""
    started: list[subprocess.Popen[bytes]] = []

    def start(locked: bool) -> Registry:
        folder = tmp_path_factory.mktemp("registry")
        port = free_port()
        (folder / "config.yml").write_text(registry_config(folder, port, locked))
        program = shutil.which("docker-registry")
        if program is None:
            pytest.fail("docker-registry is not installed: run `scripts/engine --registry`", pytrace=False)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([program, "serve", folder / "config.yml"], stdout=log, stderr=log)
        started.append(process)
        wait_for(f"http://127.0.0.1:{port}/v2/", process, folder / "log")
        return Registry(f"127.0.0.1:{port}")

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def registry(start_registry: Callable[[bool], Registry]) -> Registry:
    """Return a registry that lets everybody in."""
    return start_registry(False)


@pytest.fixture(scope="session")
def locked_registry(start_registry: Callable[[bool], Registry]) -> Registry:
    """Return a registry that wants the password of ACCOUNT."""
    return start_registry(True)


def registry_config(folder: Path, port: int, locked: bool) -> str:
    """Return the registry's configuration, and write the accounts if it wants a password."""
    text = f"""version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {folder / "images"}}}
  delete: {{enabled: true}}
http: {{addr: "127.0.0.1:{port}"}}
"""
    if locked:
        (folder / "accounts").write_text(ACCOUNT_LINE)
        text += f"auth:\n  htpasswd: {{realm: test, path: {folder / 'accounts'}}}\n"
    return text


def free_port() -> int:
    """Return a port of the loopback interface on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers, whatever its answer is."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            opener.open(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"docker-registry did not start:\n{log.read_text()}", pytrace=False)
