"""The engine does what is asked, says clearly what went wrong, and keeps no container."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cutting_proxy import CuttingProxy
from plans import make_plan

from reproof.adapters.engine import Engine
from reproof.adapters.engine_run import Bind, RunOutcome, RunSpec
from reproof.build.context import context_tar
from reproof.build.image import build_image
from reproof.errors import BuildError, EngineError, StoreError
from reproof.model.image import BuildContext, ContextFile
from reproof.progress import Progress, Task
from reproof.store.blobs import Blobs
from reproof.store.store import Store

LABELS = {"reproof-test": "engine"}


def run(engine: Engine, image: str, script: str, **changes: object) -> tuple[RunOutcome, str, str]:
    """Run a shell script in a container; return its outcome, stdout and stderr."""
    fields = {"user": "1000:1000", "workdir": "/tmp", "environment": {"PATH": "/usr/bin:/bin"}, "labels": LABELS}
    spec = RunSpec(image=image, argv=("sh", "-c", script), **{**fields, **changes})  # type: ignore[arg-type]
    printed: dict[str, bytes] = {"stdout": b"", "stderr": b""}

    def receive(stream: str, data: bytes) -> None:
        printed[stream] += data

    outcome = engine.run(spec, receive)
    return outcome, printed["stdout"].decode(), printed["stderr"].decode()


def containers(engine: Engine) -> list[str]:
    return [found["Id"] for found in engine.api.containers(all=True, filters={"label": "reproof-test"})]


@pytest.fixture(autouse=True)
def nothing_left(engine: Engine) -> Iterator[None]:
    yield
    assert containers(engine) == []


def dockerfile(text: str, *files: ContextFile) -> BuildContext:
    return BuildContext(plan="test", files=(ContextFile(path="Dockerfile", text=text), *files))


def build(engine: Engine, text: str, store: Store, progress: Progress | None = None) -> str:
    context = dockerfile(text)
    tag = f"reproof-test/{context.id[:12]}:latest"
    return engine.build(context_tar(context, store.blobs), tag, LABELS, progress or Progress())


def test_the_server_tells_its_version(engine: Engine) -> None:
    info = engine.info()
    assert info.name in ("Docker", "Podman")
    assert info.version and info.storage_driver and info.cpus > 0 and info.memory > 0


def test_an_image_that_is_not_there_is_none(engine: Engine) -> None:
    assert engine.find_image("reproof-test/never-built:latest") is None


def test_exit_code_and_both_streams_come_back_apart(engine: Engine, base_image: str) -> None:
    outcome, out, err = run(engine, base_image, "echo out; echo err >&2; exit 3")
    assert (outcome.exit_code, out, err) == (3, "out\n", "err\n")


def test_the_command_sees_exactly_the_given_variables(engine: Engine, base_image: str) -> None:
    given = {"PATH": "/usr/bin:/bin", "HOME": "/x", "SPACED": "a b", "EMPTY": ""}
    _, out, _ = run(engine, base_image, "cat /proc/self/environ", environment=given)
    assert dict(entry.split("=", 1) for entry in out.split("\0") if entry) == {**given, "PWD": "/tmp"}


def test_a_container_has_no_network_no_capabilities_and_the_given_user(engine: Engine, base_image: str) -> None:
    script = "id -u; id -g; ls /sys/class/net; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status"
    _, out, _ = run(engine, base_image, script, user="1234:567")
    none = "0000000000000000"
    expected = ["1234", "567", "lo", f"CapBnd:\t{none}", f"CapEff:\t{none}", "NoNewPrivs:\t1"]
    assert sorted(line for line in out.splitlines() if line not in ("ifb0", "ifb1")) == sorted(expected)


def test_a_mount_is_read_only_unless_asked_otherwise(engine: Engine, base_image: str, tmp_path: Path) -> None:
    (tmp_path / "input").write_text("data")
    out_folder = tmp_path / "out"
    out_folder.mkdir()
    out_folder.chmod(0o777)
    mounts = (Bind(str(tmp_path / "input"), "/data/input"), Bind(str(out_folder), "/out", read_only=False))
    outcome, _, err = run(engine, base_image, "cat /data/input >/out/copy; echo x >/data/input", mounts=mounts)
    assert outcome.exit_code != 0 and "Read-only file system" in err
    assert (out_folder / "copy").read_text() == "data"


def test_the_limits_hold(engine: Engine, base_image: str) -> None:
    _, out, _ = run(engine, base_image, "nproc; df -B1 --output=size /dev/shm | tail -n 1", cpus=(0,), shm_size=8 << 20)
    assert out.split() == ["1", str(8 << 20)]


def test_too_much_memory_is_told_apart_from_a_kill(engine: Engine, base_image: str) -> None:
    hungry, _, _ = run(engine, base_image, "head -c 300m /dev/zero | tail", memory=32 << 20)
    killed, _, _ = run(engine, base_image, "kill -9 $$")
    assert (hungry.oom_killed, killed.oom_killed, killed.exit_code) == (True, False, 137)


def test_a_program_that_is_not_there_is_an_outcome(engine: Engine, base_image: str) -> None:
    outcome = engine.run(RunSpec(base_image, ("/nope",), "1000", "/tmp", labels=LABELS), lambda *_: None)
    assert outcome.exit_code in (None, 127)


def test_a_missing_image_is_an_outcome(engine: Engine) -> None:
    outcome = engine.run(RunSpec("sha256:" + "0" * 64, ("x",), "0", "/", labels=LABELS), lambda *_: None)
    assert outcome.exit_code is None and "No such image" in outcome.error


def test_an_interrupt_removes_the_container(engine: Engine, base_image: str) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    spec = RunSpec(base_image, ("sh", "-c", "echo go; sleep 60"), "1000", "/tmp", {"PATH": "/bin"}, labels=LABELS)
    with pytest.raises(KeyboardInterrupt):
        engine.run(spec, interrupt)
    assert containers(engine) == []


def test_a_build_has_no_network(engine: Engine, base_image: str, store: Store) -> None:
    engine.remove_image(build(engine, f"FROM {base_image}\nRUN test ! -e /sys/class/net/eth0\n", store))


def test_a_failing_step_is_named_with_its_last_lines(engine: Engine, base_image: str, store: Store) -> None:
    with pytest.raises(BuildError) as caught:
        build(engine, f"FROM {base_image}\nRUN echo the reason; exit 4\n", store)
    assert "step 2 of" in caught.value.message and "`RUN echo the reason; exit 4`" in caught.value.message
    assert "| the reason" in caught.value.message


def test_a_dockerfile_that_cannot_be_read_is_a_build_error(engine: Engine, store: Store) -> None:
    with pytest.raises(BuildError, match="FRO"):
        build(engine, "FRO scratch\n", store)


def test_a_damaged_blob_stops_the_build_and_is_named(engine: Engine, store: Store) -> None:
    blob = store.blobs.put(b"x" * 5_000_000)
    path = store.blobs.path(blob.digest)
    path.chmod(0o644)
    path.write_bytes(b"x" * 4_999_999 + b"y")
    context = dockerfile("FROM scratch\nCOPY data /\n", ContextFile(path="data", blob=blob))
    with pytest.raises(StoreError, match=blob.digest):
        engine.build(context_tar(context, Blobs(store.blobs.root)), "reproof-test/damaged:latest", LABELS, Progress())
    assert engine.find_image("reproof-test/damaged:latest") is None


class Cutting(Progress):
    """Cuts the connection once a given step of the build has begun."""

    def __init__(self, proxy: CuttingProxy, word: str) -> None:
        self._proxy, self._word = proxy, word

    @contextmanager
    def task(self, label: str, total: int | None = None, unit: str = "") -> Iterator[Task]:
        yield CuttingTask(self._proxy, self._word)


class CuttingTask(Task):
    def __init__(self, proxy: CuttingProxy, word: str) -> None:
        self._proxy, self._word = proxy, word

    def describe(self, text: str) -> None:
        if self._word in text:
            threading.Timer(0.3, self._proxy.cut).start()


@pytest.fixture
def proxy(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> CuttingProxy:
    if not engine.host.url.startswith("unix://"):
        pytest.fail("this test needs an engine with a socket file", pytrace=False)
    return CuttingProxy(tmp_path_factory.mktemp("p") / "s", engine.host.url.removeprefix("unix://"))


def test_an_engine_that_stops_in_mid_build_is_an_engine_error(
    base_image: str, store: Store, proxy: CuttingProxy
) -> None:
    through = Engine.connect({"DOCKER_HOST": proxy.url})
    with pytest.raises(EngineError) as caught:
        build(through, f"FROM {base_image}\nRUN sleep 30\n", store, Cutting(proxy, "sleep 30"))
    assert "stopped answering" in caught.value.message and proxy.url in caught.value.message
    assert caught.value.exit_code == 14


def test_an_engine_that_stops_in_mid_run_is_an_engine_error(
    engine: Engine, base_image: str, proxy: CuttingProxy
) -> None:
    through = Engine.connect({"DOCKER_HOST": proxy.url})
    spec = RunSpec(base_image, ("sh", "-c", "echo go; sleep 60"), "1000", "/tmp", {"PATH": "/bin"}, labels=LABELS)
    with pytest.raises(EngineError, match="stopped answering"):
        through.run(spec, lambda *_: proxy.cut())
    # It could not be removed through an engine that is gone; here it only seemed so.
    for container in containers(engine):
        engine.api.remove_container(container, force=True)


def test_the_same_context_is_built_once_and_its_layers_come_out_the_same(engine: Engine, store: Store) -> None:
    plan = make_plan()
    blob = store.blobs.put(b"content")
    # A builder dates the folder that it copies into to the moment, unless it is there already, as / is.
    context = dockerfile("FROM scratch\nCOPY root/ /\n", ContextFile(path="root/folder/a", blob=blob))
    first = build_image(context, plan, engine, store, Progress())
    again = build_image(context, plan, engine, store, Progress())
    engine.remove_image(first.tag)
    rebuilt = build_image(context, plan, engine, store, Progress())
    engine.remove_image(rebuilt.tag)
    assert again == first
    assert rebuilt.layers == first.layers
