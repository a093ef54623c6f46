"""Each source distribution is built once, with what it says and what it turns out to need; a failure stops no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from index_server import make_wheel
from sdists import make_sdist

from reproof.build.diagnose import BuildFailure
from reproof.build.forge import Forge, Job
from reproof.build.wheel_cache import Made
from reproof.build.wheelhouse import Supplies, Wheelhouse, Wheels, build_wheels
from reproof.errors import ResolveError
from reproof.model.resolution import Artifact, Pin, Resolution
from reproof.progress import Progress, Task
from reproof.store.store import Store


@dataclass
class FakeForge:
    """Makes wheels without an engine; `lacks` says which requirement a package cannot do without, and how it fails."""

    store: Store
    lacks: dict[str, tuple[str, str]] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)

    def make(self, job: Job, task: Task) -> Made | BuildFailure:
        self.jobs.append(job)
        wanted, log = self.lacks.get(job.name, ("", ""))
        if log and not any(one.filename.startswith(f"{wanted}-") for one in job.requirements):
            return BuildFailure(job.name, job.version, log)
        filename, data, _ = make_wheel(job.name, job.version)
        blob = self.store.blobs.put(data)
        made = Artifact(filename=filename, digest=blob.digest, size=blob.size)
        return Made(wheel=made, build=tuple(job.requirements), libraries=("libstdc++6",))


@dataclass
class Place:
    """A wheelhouse with a fake forge, and what was asked of the pinner."""

    store: Store
    forge: FakeForge
    known: dict[str, Artifact] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    pins: list[Pin] = field(default_factory=list)

    def source(self, name: str, files: dict[str, str] | None = None) -> Artifact:
        blob = self.store.blobs.put(make_sdist(name, "1.0", files))
        return Artifact(
            filename=f"{name}-1.0.tar.gz", digest=blob.digest, size=blob.size, url="https://index.example/x"
        )

    def wheel(self, name: str) -> Artifact:
        filename, data, _ = make_wheel(name, "1.0")
        blob = self.store.blobs.put(data)
        return Artifact(filename=filename, digest=blob.digest, size=blob.size)

    def want(self, name: str, artifact: Artifact) -> None:
        self.pins.append(pin(name, artifact))

    def build(self) -> Wheels:
        supplies = Supplies(self.pinned, lambda artifacts: None, self.wheel("pip"))
        forge: Forge = self.forge  # type: ignore[assignment]
        return build_wheels(resolution(self.pins), Wheelhouse(forge, "shop", supplies, Progress(), self.pins))

    def pinned(self, requirements: Sequence[str], pins: Sequence[Pin]) -> list[Pin]:
        self.asked.append(tuple(requirements))
        unknown = [name for name in requirements if name not in self.known]
        if unknown:
            raise ResolveError(f"no index has {unknown[0]}", "look elsewhere")
        return [pin(name, self.known[name]) for name in requirements]


def pin(name: str, artifact: Artifact) -> Pin:
    return Pin(name=name, version="1.0", location="/site", confidence="dated", artifact=artifact, evidence="of 2019")


def resolution(pins: list[Pin]) -> Resolution:
    return Resolution(
        snapshot="0" * 64, pins=tuple(pins), installer=None, interpreter=None, images=(), packages=(), sources=()
    )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    store = Store(tmp_path / "store")
    place = Place(store, FakeForge(store))
    place.known = {name: place.wheel(name) for name in ("setuptools", "wheel", "numpy")}
    return place


def test_a_source_becomes_a_wheel_and_stays_as_its_source(place: Place) -> None:
    source = place.source("thing")
    place.want("thing", source)
    wheels = place.build()
    (made,) = wheels.resolution.pins
    assert made.artifact is not None and made.artifact.filename == "thing-1.0-py3-none-any.whl"
    assert made.source == source
    assert [one.filename for one in made.build] == ["setuptools-1.0-py3-none-any.whl", "wheel-1.0-py3-none-any.whl"]
    assert made.evidence.startswith("of 2019; built from thing-1.0.tar.gz")
    assert (wheels.resolution.libraries, wheels.obstacles) == (("libstdc++6",), ())


def test_wheels_are_left_alone_and_nobody_is_asked(place: Place) -> None:
    place.want("numpy", place.known["numpy"])
    assert place.build().resolution == resolution(place.pins)
    assert place.asked == []


def test_the_second_time_the_kept_wheel_is_used(place: Place) -> None:
    place.want("thing", place.source("thing"))
    first = place.build()
    assert place.build() == first
    assert len(place.forge.jobs) == 1


def test_other_requirements_make_another_wheel(place: Place) -> None:
    place.want("thing", place.source("thing"))
    place.build()
    place.known["wheel"] = place.wheel("wheel2")
    place.build()
    assert len(place.forge.jobs) == 2


def test_a_kept_wheel_whose_bytes_are_gone_is_built_again(place: Place) -> None:
    place.want("thing", place.source("thing"))
    made = place.build().resolution.pins[0].artifact
    assert made is not None
    place.store.blobs.path(made.digest).unlink()
    place.build()
    assert len(place.forge.jobs) == 2


def test_what_setup_py_imports_at_once_is_asked_for(place: Place) -> None:
    place.want(
        "thing", place.source("thing", {"setup.py": "import os, numpy\nfrom setuptools import setup\nsetup()\n"})
    )
    place.build()
    assert place.asked == [("setuptools", "wheel", "numpy")]


def test_what_a_build_lacks_is_added_and_the_next_time_known(place: Place) -> None:
    place.forge.lacks["thing"] = ("numpy", "ModuleNotFoundError: No module named 'numpy'")
    place.want("thing", place.source("thing"))
    assert place.build().obstacles == ()
    assert place.asked == [("setuptools", "wheel"), ("setuptools", "wheel", "numpy")]
    assert len(place.forge.jobs) == 2
    place.build()
    assert len(place.forge.jobs) == 2


def test_what_a_backend_asks_for_is_added(place: Place) -> None:
    place.forge.lacks["thing"] = ("numpy", 'reproof: requires ["numpy"]')
    place.want("thing", place.source("thing"))
    assert place.build().obstacles == ()


def test_a_module_that_no_index_has_is_told_in_the_words_of_the_build(place: Place) -> None:
    place.forge.lacks["thing"] = ("never", "ModuleNotFoundError: No module named 'secret_sauce'")
    place.want("thing", place.source("thing"))
    (obstacle,) = place.build().obstacles
    assert (obstacle.kind, obstacle.package) == ("not declared", "thing")
    assert "secret_sauce" in obstacle.what and "secret_sauce" in obstacle.log


def test_a_failure_stops_no_other_package(place: Place) -> None:
    place.forge.lacks["bad"] = ("never", "fatal error: libpq-fe.h: No such file or directory")
    for name in ("bad", "good"):
        place.want(name, place.source(name))
    wheels = place.build()
    bad, good = wheels.resolution.pins
    assert bad.artifact is not None and bad.artifact.filename == "bad-1.0.tar.gz"
    assert good.artifact is not None and good.artifact.filename.endswith(".whl")
    assert [(one.kind, one.package) for one in wheels.obstacles] == [("system library", "bad")]


def test_a_damaged_source_is_an_obstacle(place: Place) -> None:
    blob = place.store.blobs.put(b"no archive")
    place.want("thing", Artifact(filename="thing-1.0.tar.gz", digest=blob.digest, size=blob.size))
    (obstacle,) = place.build().obstacles
    assert obstacle.kind == "broken build" and "cannot be read" in obstacle.what
    assert place.forge.jobs == []


def test_a_requirement_that_comes_as_source_is_built_first(place: Place) -> None:
    place.known["numpy"] = place.source("numpy")
    place.want("thing", place.source("thing", {"setup.py": "import numpy, setuptools\nsetuptools.setup()\n"}))
    assert place.build().obstacles == ()
    assert [job.name for job in place.forge.jobs] == ["numpy", "thing"]


def test_requirements_in_a_circle_are_told(place: Place) -> None:
    place.known["numpy"] = place.source("numpy", {"setup.py": "import cython\n"})
    place.known["Cython"] = place.source("Cython", {"setup.py": "import numpy\n"})
    place.want("thing", place.source("thing", {"setup.py": "import numpy\n"}))
    (obstacle,) = place.build().obstacles
    assert "circle" in obstacle.what
