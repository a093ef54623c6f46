"""Source distributions become wheels in real containers: harmless ones, and those that misbehave."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from sdists import make_sdist

from reproof.adapters.apt import AptArchive
from reproof.adapters.engine import Engine
from reproof.build.forge import LABEL, BuildLimits, Forge
from reproof.build.wheelhouse import Supplies, Wheelhouse, Wheels, build_wheels, name_of
from reproof.build.workshop import ensure_workshop, workshop
from reproof.errors import ResolveError
from reproof.model.plan import Base
from reproof.model.resolution import Artifact, Pin, Resolution
from reproof.progress import Progress
from reproof.store.store import Store

TOOLS = ("setuptools==68.2.2", "wheel==0.41.2", "pip==23.2.1", "flit-core==3.9.0")
EXTENSION = {
    "setup.py": """
from setuptools import setup, Extension
setup(name="fast", version="1.0", ext_modules=[Extension("fast", ["fast.cpp"], language="c++")])
""",
    "fast.cpp": """
#include <Python.h>
#include <string>
static PyObject* name(PyObject*, PyObject*) {
    std::string text(__FILE__);
    return PyUnicode_FromString(text.c_str());
}
static PyMethodDef methods[] = {{"name", name, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "fast", NULL, -1, methods};
PyMODINIT_FUNC PyInit_fast(void) { return PyModule_Create(&module); }
""",
}


def setup_py(code: str) -> dict[str, str]:
    """Return a project whose setup.py does something first."""
    return {"setup.py": f"{code}\nfrom setuptools import setup\nsetup(name='thing', version='1.0')\n"}


@dataclass(frozen=True)
class Shop:
    """A workshop with Debian's own Python, and the wheels that builds may need."""

    store: Store
    forge: Forge
    identity: str
    tools: dict[str, Artifact]

    def build(self, files: dict[str, str], name: str = "thing", limits: BuildLimits | None = None) -> Wheels:
        """Build a project of these files, never seen before."""
        data = make_sdist(name, "1.0", files)
        blob = self.store.blobs.put(data)
        artifact = Artifact(filename=f"{name}-1.0.tar.gz", digest=blob.digest, size=blob.size)
        pin = Pin(name=name, version="1.0", location="", confidence="dated", artifact=artifact, evidence="")
        forge = replace(self.forge, limits=limits) if limits else self.forge
        supplies = Supplies(self.pinned, lambda artifacts: None, self.tools["pip"])
        house = Wheelhouse(forge, self.identity, supplies, Progress())
        return build_wheels(resolution(pin), house)

    def pinned(self, requirements: Sequence[str], pins: Sequence[Pin]) -> list[Pin]:
        return [self.pin(name_of(requirement)) for requirement in requirements]

    def pin(self, name: str) -> Pin:
        if name not in self.tools:
            raise ResolveError(f"no index has {name}")
        return Pin(name=name, version="", location="", confidence="dated", artifact=self.tools[name], evidence="")

    def why(self, code: str, limits: BuildLimits | None = None) -> tuple[str, str, str]:
        """Return kind, sentence and log of the failure of a setup.py with this code."""
        (obstacle,) = self.build(setup_py(code), limits=limits).obstacles
        return obstacle.kind, obstacle.what, obstacle.log


def resolution(pin: Pin) -> Resolution:
    return Resolution(
        snapshot="0" * 64, pins=(pin,), installer=None, interpreter=None, images=(), packages=(), sources=()
    )


@pytest.fixture(scope="module")
def shop(engine: Engine, codename: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    store = Store(folder / "store")
    place = workshop(Base(kind="bootstrap", reference=codename, suite=codename, packages=("python3",)), None, PYTHON)
    image = ensure_workshop(place, engine, AptArchive(), store, Progress())
    command = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder / "tools", *TOOLS)
    subprocess.run(command, check=True)
    tools = {}
    for path in (folder / "tools").glob("*.whl"):
        blob = store.blobs.put_file(path)
        tools[name_of(path.name.partition("-")[0])] = Artifact(filename=path.name, digest=blob.digest, size=blob.size)
    yield Shop(store, Forge(engine, image, PYTHON, store), place.identity, tools)
    assert engine.api.containers(all=True, filters={"label": LABEL}) == []
    engine.remove_image(image)


PYTHON = "/usr/bin/python3"


def test_an_extension_is_compiled_the_same_bytes_each_time(shop: Shop) -> None:
    first = shop.build(EXTENSION, "fast")
    assert first.obstacles == ()
    for note in shop.store.cache("wheels").iterdir():
        note.unlink()
    assert shop.build(EXTENSION, "fast") == first
    (pin,) = first.resolution.pins
    assert pin.artifact is not None and pin.source is not None and pin.source.filename == "fast-1.0.tar.gz"
    assert {"libstdc++6", "libc6"} <= set(first.resolution.libraries)
    with zipfile.ZipFile(shop.store.blobs.path(pin.artifact.digest)) as wheel:
        assert any(name.startswith("fast.cpython-") and name.endswith(".so") for name in wheel.namelist())


def test_a_backend_of_its_own_is_asked_and_what_it_lacks_is_added(shop: Shop) -> None:
    backend = (
        "from flit_core.buildapi import *\n"
        "def get_requires_for_build_wheel(settings=None):\n    return ['wheel']\n"
        "def build_wheel(*words):\n    import wheel, flit_core.buildapi as real\n    return real.build_wheel(*words)\n"
    )
    pyproject = (
        '[build-system]\nrequires = ["flit-core"]\nbuild-backend = "mine"\nbackend-path = ["build"]\n'
        '[project]\nname = "thing"\nversion = "1.0"\ndescription = "x"\n'
    )
    wheels = shop.build({"pyproject.toml": pyproject, "build/mine.py": backend, "thing.py": ""})
    assert wheels.obstacles == ()
    assert any(artifact.filename.startswith("wheel-") for artifact in wheels.resolution.pins[0].build)


def test_a_requirement_that_nobody_declared_is_found_out(shop: Shop) -> None:
    wheels = shop.build(setup_py("try:\n    import nothing\nexcept ImportError:\n    import flit_core"))
    assert wheels.obstacles == ()
    assert any(artifact.filename.startswith("flit_core-") for artifact in wheels.resolution.pins[0].build)


def test_a_build_that_wants_the_network_is_told(shop: Shop) -> None:
    kind, what, _ = shop.why("import urllib.request\nurllib.request.urlopen('https://index.example/')")
    assert kind == "broken build" and "download" in what


def test_a_build_without_end_is_stopped(shop: Shop) -> None:
    kind, what, _ = shop.why("import time\ntime.sleep(600)", BuildLimits(timeout_s=6.0))
    assert kind == "broken build" and "stopped after 0.1 minutes" in what


def test_a_build_that_fills_the_disk_is_stopped_there(shop: Shop) -> None:
    code = "with open('/build/tmp/big', 'wb') as file:\n    for _ in range(4096):\n        file.write(bytes(1 << 20))"
    kind, what, _ = shop.why(code, BuildLimits(disk=256 << 20))
    assert kind == "broken build" and "room" in what


def test_a_build_that_takes_all_memory_is_stopped(shop: Shop) -> None:
    kind, what, _ = shop.why("everything = [bytearray(1 << 26) for _ in range(64)]", BuildLimits(memory=256 << 20))
    assert kind == "broken build" and ("memory" in what or "ended with an error" in what)


def test_a_build_can_change_nothing_outside_of_its_folder(shop: Shop) -> None:
    code = (
        "import os\nassert os.getuid() == 1000\n"
        "for path in ('/usr/lib/x', '/in/x', '/etc/x', '/opt/x'):\n"
        "    try:\n        open(path, 'w')\n    except OSError:\n        continue\n"
        "    raise SystemExit('wrote ' + path)"
    )
    assert shop.build(setup_py(code)).obstacles == ()


def test_what_a_build_prints_is_no_answer(shop: Shop) -> None:
    code = 'import os\nos.write(1, b\'{"filename": "evil-1.0-py3-none-any.whl", "size": 0}\\n\')'
    wheels = shop.build(setup_py(code))
    assert wheels.resolution.pins[0].artifact is not None
    assert wheels.resolution.pins[0].artifact.filename.startswith("thing-1.0-")


def test_a_wheel_of_something_else_is_refused(shop: Shop) -> None:
    other = {"setup.py": "from setuptools import setup\nsetup(name='other', version='1.0')\n"}
    (obstacle,) = shop.build(other).obstacles
    assert "no wheel of thing 1.0" in obstacle.log


def test_a_missing_header_is_named_with_its_package(shop: Shop) -> None:
    files = {
        "setup.py": "from setuptools import setup, Extension\n"
        "setup(name='thing', version='1.0', ext_modules=[Extension('thing', ['thing.c'])])\n",
        "thing.c": "#include <libpq-fe.h>\n",
    }
    (obstacle,) = shop.build(files).obstacles
    assert obstacle.kind == "system library"
    assert "libpq-fe.h" in obstacle.what and "libpq-dev" in obstacle.remedy


def test_the_user_of_this_machine_lends_nothing(shop: Shop) -> None:
    inside = shop.why("import os\nraise SystemExit('saw ' + ' '.join(sorted(os.environ)))")[2]
    assert not {"DOCKER_HOST", "PIP_CERT", "PIP_FIND_LINKS", "USER"} & set(inside.split())
    assert "PATH" in inside and "PATH" in os.environ
