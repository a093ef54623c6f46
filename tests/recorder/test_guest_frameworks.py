"""What the guest reads of frameworks, with stand-ins for them; the real torch is recorded by the integration tests."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from reproof.recorder import launch, readback
from reproof.recorder.events import Process

GUEST = Path(launch.__file__).parent / "guest"


def load(name: str) -> dict[str, Any]:
    """Return what is in a file of the guest, as the guest itself loads it."""
    content: dict[str, Any] = {"__name__": name}
    exec(compile((GUEST / f"{name}.py").read_text(), name, "exec"), content)
    return content


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Makes a module with these contents, and puts it in memory for the length of the test."""
    for name in ("torch", "torch._C", "tensorflow.python.eager.context", "keras", "jax", "jax._src.random"):
        monkeypatch.delitem(sys.modules, name, raising=False)

    def make(name: str, **content: Any) -> ModuleType:
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return make


def failing() -> None:
    raise RuntimeError("a device would be started")


def test_settings_of_torch_are_read_and_what_it_lacks_is_left_out(loaded: Callable[..., ModuleType]) -> None:
    core = SimpleNamespace(_get_cudnn_benchmark=lambda: True, _get_cublas_allow_tf32=failing, has_mkldnn=True)
    loaded(
        "torch", __version__="2.9.0", _C=core, get_num_threads=lambda: 4,
        get_autocast_dtype=lambda device: f"{device}-type", is_autocast_enabled=lambda device: device == "cuda",
    )  # fmt: skip
    assert load("frameworks")["read_settings"]() == {
        "torch.version": "2.9.0",
        "torch.threads": "4",
        "torch.cudnn.benchmark": "True",
        "torch.mkldnn.available": "True",
        "torch.autocast.cpu": "False",
        "torch.autocast.cuda": "cuda-type",
    }


def test_autocast_is_read_from_an_old_torch_too(loaded: Callable[..., ModuleType]) -> None:
    loaded(
        "torch", is_autocast_enabled=lambda: True, is_autocast_cpu_enabled=lambda: False,
        get_autocast_gpu_dtype=lambda: "float16",
    )  # fmt: skip
    assert load("frameworks")["read_settings"]() == {"torch.autocast.cpu": "False", "torch.autocast.cuda": "float16"}


def test_torch_compile_is_told_when_it_was_used(loaded: Callable[..., ModuleType]) -> None:
    loaded("torch")
    dynamo = loaded("torch._dynamo.utils", counters={"stats": {"unique_graphs": 2}, "inductor": {"miss": 1}})
    assert load("frameworks")["read_settings"]() == {"torch.compile.graphs": "2", "torch.compile.inductor": "True"}
    dynamo.counters = {}
    assert load("frameworks")["read_settings"]() == {}


def test_settings_of_tensorflow_and_keras_are_read(loaded: Callable[..., ModuleType]) -> None:
    loaded("tensorflow", __version__="2.21.0")
    loaded("tensorflow.python.util._pywrap_determinism", is_enabled=lambda: True)
    loaded("tensorflow.python.eager.context", _context=SimpleNamespace(_intra_op_parallelism_threads=2))
    loaded("keras", __version__="3.15.1")
    policies = {"dtype_policy": SimpleNamespace(name="mixed_bfloat16")}
    loaded("keras.src.backend.common.global_state", get_global_attribute=policies.get)
    assert load("frameworks")["read_settings"]() == {
        "tensorflow.version": "2.21.0",
        "tensorflow.op_determinism": "True",
        "tensorflow.intra_op_threads": "2",
        "keras.version": "3.15.1",
        "keras.dtype_policy": "mixed_bfloat16",
    }


def test_a_tensorflow_that_has_not_begun_is_not_begun_by_us(loaded: Callable[..., ModuleType]) -> None:
    loaded("tensorflow.python.eager.context", _context=None, context=failing)
    assert load("frameworks")["read_settings"]() == {}
    found = {facts["name"]: facts for facts in load("randomness")["read_generators"]({})}
    assert found["tensorflow"] == {"name": "tensorflow", "seeded": False, "seed": None, "used": None}


def test_settings_of_jax_are_read_and_its_platform_once_it_has_one(loaded: Callable[..., ModuleType]) -> None:
    loaded("jax", __version__="0.10.2", config=SimpleNamespace(values={"jax_enable_x64": True}))
    bridge = loaded("jax._src.xla_bridge", _default_backend=None)
    read = load("frameworks")["read_settings"]
    assert read() == {"jax.version": "0.10.2", "jax.enable_x64": "True"}
    bridge._default_backend = SimpleNamespace(platform="cpu")  # type: ignore[attr-defined]
    assert read()["jax.platform"] == "cpu"


class State:
    """A tensor of bytes."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = numbers

    def tolist(self) -> list[int]:
        return list(self.numbers)


class TorchGenerator:
    """As torch's: it keeps its seed, and its state shows how far it is."""

    def __init__(self, seed: int = 0, drawn: int = 0) -> None:
        self.seed, self.drawn = seed, drawn

    def manual_seed(self, seed: int) -> None:
        self.seed, self.drawn = seed, 0

    def initial_seed(self) -> int:
        return self.seed

    def get_state(self) -> State:
        return State(*self.seed.to_bytes(8, "little"), *self.drawn.to_bytes(8, "little"))


@pytest.mark.parametrize(
    ("started", "generator", "used", "seeded", "seed"),
    [
        (99, TorchGenerator(99), False, False, None),
        (99, TorchGenerator(99, 5), True, False, None),
        (99, TorchGenerator(7), False, True, "7"),
        (99, TorchGenerator(7, 1), True, True, "7"),
        (None, TorchGenerator(7, 1), True, None, None),
    ],
)
def test_the_generator_of_torch(
    loaded: Callable[..., ModuleType], started: int | None, generator: Any, used: bool, seeded: Any, seed: Any
) -> None:
    loaded("torch._C", default_generator=generator, Generator=TorchGenerator)
    loaded("torch.cuda", is_initialized=lambda: False, default_generators=None)
    heard = {} if started is None else {"torch._C": started}
    found = {facts["name"]: facts for facts in load("randomness")["read_generators"](heard)}
    assert [found["torch"][key] for key in ("used", "seeded", "seed")] == [used, seeded, seed]
    assert "torch.cuda:0" not in found


def test_generators_of_cuda_are_read_once_it_was_started(loaded: Callable[..., ModuleType]) -> None:
    loaded("torch._C", default_generator=TorchGenerator(7), Generator=TorchGenerator)
    devices = (TorchGenerator(7, 4), TorchGenerator(123456))
    loaded("torch.cuda", is_initialized=lambda: True, default_generators=devices)
    found = {facts["name"]: facts for facts in load("randomness")["read_generators"]({"torch._C": 99})}
    told = [[found[f"torch.cuda:{n}"][key] for key in ("used", "seeded", "seed")] for n in (0, 1)]
    assert told == [[True, True, "7"], [False, None, None]]


@pytest.mark.parametrize("draws", [0, 3])
def test_the_seed_of_tensorflow(loaded: Callable[..., ModuleType], draws: int) -> None:
    generator = random.Random(9)
    for _ in range(draws):
        generator.random()
    loaded("tensorflow.python.eager.context", _context=SimpleNamespace(_seed=9, _rng=generator))
    found = {facts["name"]: facts for facts in load("randomness")["read_generators"]({})}
    assert found["tensorflow"] == {"name": "tensorflow", "seeded": True, "seed": "9", "used": draws > 0}


@pytest.mark.parametrize(("calls", "expected"), [([], None), (["_threefry_seed"], False), (["_seed", "_normal"], True)])
def test_keys_of_jax(loaded: Callable[..., ModuleType], calls: list[str], expected: bool | None) -> None:
    functions = {name: SimpleNamespace(_cache_size=lambda: 1) for name in calls}
    loaded("jax._src.random", **functions, _unused=SimpleNamespace(_cache_size=lambda: 0), _broken=failing)
    found = [facts for facts in load("randomness")["read_generators"]({}) if facts["name"] == "jax"]
    assert [facts["used"] for facts in found] == ([] if expected is None else [expected])


def numerics(worker: bool, threads: int, **settings: str) -> Process:
    process = Process()
    pool = {"library": "/x/libopenblas.so", "api": "openblas", "kernel": "Haswell", "threads": threads}
    told = {"worker": worker, "pools": [pool], "settings": settings, "generators": []}
    process.take("n", [repr(told)])
    return process


def test_workers_that_differ_from_the_first_process_are_told_once() -> None:
    processes = [numerics(False, 8, **{"torch.threads": "8"})]
    processes += [numerics(True, threads, **{"torch.threads": "1"}) for threads in (1, 1, 2)]
    settings = readback.read_back(processes)["numerics"]["settings"]
    assert settings == {
        "torch.threads": "8",
        "workers.torch.threads": "1",
        "workers.libopenblas.so.threads": "1, 2",
    }


def test_workers_alone_are_not_taken_for_the_run() -> None:
    assert readback.read_back([numerics(True, 1)]) == {"numerics": {"pools": [], "settings": {}}, "randomness": []}
