"""What must be true of the tables of facts, whatever is added to them: the planner rests on it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.version import Version

import reproof.facts
from reproof.facts.cpu_kernels import LIBRARIES, SETTINGS
from reproof.facts.cuda import cuda_images, cuda_releases, major_of, minor_of, release_of, releases_with
from reproof.facts.frameworks import tensorflow_builds, torch_builds
from reproof.facts.gpus import gpu_products, product_of
from reproof.facts.systems import glibc_of, operating_systems, python_images, system_named
from reproof.facts.tables import read_table

FOLDER = Path(reproof.facts.__file__).parent
TABLES = sorted((FOLDER / "tables").glob("*.json"))
NOT_LISTED = {"azl", "cm", "opensuse", "ubuntu"}
"""Distributions of which a release that has images is unknown: Ubuntu 17.04 and the like."""
KERNEL = re.compile(r"(sm|compute)_\d{2,3}[af]?")


def doubles(values: Iterable[object]) -> list[object]:
    return [value for value, count in Counter(values).items() if count > 1]


def rows(path: Path) -> list[dict[str, object]]:
    table = json.loads(path.read_text())
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def test_no_key_occurs_twice() -> None:
    assert not doubles(image.tag for image in cuda_images())
    assert not doubles(release.cuda for release in cuda_releases())
    assert not doubles(gpu.product for gpu in gpu_products())
    assert not doubles((system.os, system.version) for system in operating_systems())
    for name, keys in (
        ("torch", torch_builds()),
        ("tensorflow", tensorflow_builds()),
        ("python_images", python_images()),
    ):
        assert len(rows(FOLDER / "tables" / f"{name}.json")) == len(keys)


def test_versions_can_be_compared() -> None:
    for image in cuda_images():
        assert Version(image.cuda) and (image.cudnn is None or Version(image.cudnn))
    for release in cuda_releases():
        for version in (release.cuda, *release.cudart, *filter(None, (release.driver, release.driver_minor_compat))):
            assert Version(version)
    for version in (*torch_builds(), *tensorflow_builds(), *python_images()):
        assert Version(version)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_dates_are_iso_and_no_later_than_the_tables(path: Path) -> None:
    names = {"released", "last_built", "last_supported"}
    found = [value for row in rows(path) for name, value in row.items() if name in names and value is not None]
    assert all(date(2010, 1, 1) < date.fromisoformat(str(value)) < date(2026, 12, 1) for value in found)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_table_is_told_of_in_the_sources(path: Path) -> None:
    assert f"`{path.stem}`" in (FOLDER / "SOURCES.md").read_text()
    assert "://" not in path.read_text()


def test_a_tag_says_what_its_row_says() -> None:
    for image in cuda_images():
        system = f"-{image.os}{image.os_version}" if image.os else ""
        assert image.tag.startswith(f"{image.cuda}-") and image.tag.endswith(system)
        assert image.flavour in image.tag and ("cudnn" in image.tag) == image.has_cudnn
        assert image.has_cudnn or (image.cudnn is None and image.cudnn_major is None)
        assert image.cudnn is None or image.cudnn_major == major_of(image.cudnn)


def test_an_image_has_a_cuda_and_a_system_that_are_known() -> None:
    minors = {release.minor for release in cuda_releases()}
    unknown = {image.cuda for image in cuda_images() if minor_of(image.cuda) not in minors}
    assert unknown == {"6.5", "7.0", "7.5"}  # older than the table of releases
    systems = {(image.os, image.os_version) for image in cuda_images() if image.os}
    assert {os for os, version in systems if system_named(os, version) is None} == NOT_LISTED


def test_a_newer_cuda_asks_for_no_older_driver() -> None:
    known = [release for release in cuda_releases() if release.driver and not release.unverified]
    for older, newer in pairwise(known):
        assert Version(str(older.driver)) <= Version(str(newer.driver)), newer.cuda


def test_minor_compatibility_begins_with_cuda_11_and_has_one_driver_for_each_major() -> None:
    floors = {(major_of(release.cuda), release.driver_minor_compat) for release in cuda_releases()}
    assert floors == {
        (8, None), (9, None), (10, None), (11, "450.80.02"), (12, "525.60.13"), (13, "580.65.06"),
    }  # fmt: skip


def test_a_gpu_is_known_to_the_compiler_from_its_first_cuda_to_its_last() -> None:
    for gpu in gpu_products():
        number = int(gpu.capability.replace(".", ""))
        makers = [release for release in cuda_releases() if number in release.sm]
        assert makers, gpu
        if Version(gpu.first_cuda) > Version("11.7"):  # from there on the compilers were asked
            assert Version(gpu.first_cuda) <= Version(makers[0].minor), gpu
        if gpu.last_cuda is not None:
            assert Version(makers[-1].minor) == Version(gpu.last_cuda), gpu


def test_torch_has_kernels_only_for_what_its_cuda_can_compile() -> None:
    for build in torch_builds().values():
        for variant, kernels in build.kernels.items():
            assert all(KERNEL.fullmatch(kernel) for kernel in kernels), build.version
            cuda = build.cuda_of(variant)
            release = release_of(cuda) if cuda else None
            assert release is not None, (build.version, variant)
            made = {int(re.sub(r"\D", "", kernel)) for kernel in kernels}
            assert made <= set(release.sm), (build.version, variant)


def test_each_cuda_of_a_framework_is_a_release() -> None:
    cudas = [build.cuda for build in (*torch_builds().values(), *tensorflow_builds().values())]
    cudas += [cuda for build in torch_builds().values() for cuda in build.variants.values()]
    assert {cuda for cuda in cudas if cuda and release_of(cuda) is None} == set()


def test_an_official_python_is_built_on_systems_that_are_known() -> None:
    suites = {suite for image in python_images().values() for suite in image.slim}
    known = {system.codename for system in operating_systems() if system.os == "debian"}
    assert suites - known <= {"wheezy"}


def test_each_system_tells_its_c_library() -> None:
    assert all(glibc_of(system.glibc) for system in operating_systems())


def test_kernels_name_instructions_as_linux_does() -> None:
    for names in (*LIBRARIES.values(), *SETTINGS.values()):
        for flags in names.values():
            assert flags and all(re.fullmatch(r"[a-z0-9_]+", flag) for flag in flags)


@pytest.mark.parametrize(
    ("name", "product", "capability"),
    [
        ("NVIDIA H100 80GB HBM3", "H100", "9.0"),
        ("NVIDIA H100 NVL", "H100 NVL", "9.0"),
        ("NVIDIA A100-SXM4-40GB", "A100", "8.0"),
        ("Tesla V100-SXM2-16GB", "Tesla V100", "7.0"),
        ("NVIDIA L40S", "L40S", "8.9"),
        ("NVIDIA L4", "L4", "8.9"),
        ("GeForce GTX 1080 Ti", "GeForce GTX 1080 Ti", "6.1"),
        ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", "RTX PRO 6000 Blackwell", "12.0"),
    ],
)
def test_a_driver_s_name_is_the_longest_product_in_it(name: str, product: str, capability: str) -> None:
    found = product_of(name)
    assert found is not None
    assert (found.product, found.capability) == (product, capability)


@pytest.mark.parametrize("name", ["", "AMD Instinct gfx90a", "NVIDIA Future X1"])
def test_a_gpu_that_is_not_listed_is_unknown(name: str) -> None:
    assert product_of(name) is None


def test_the_runtime_s_version_tells_the_release() -> None:
    assert [release.cuda for release in releases_with("11.2.152")] == ["11.2.2"]
    assert [release.cuda for release in releases_with("12.6.77")] == ["12.6.2", "12.6.3"]
    assert releases_with("99.0") == ()


def test_a_system_is_found_by_what_it_calls_itself() -> None:
    assert [getattr(system_named(*name), "glibc", None) for name in (("rocky", "9.3"), ("ubuntu", "22.04"))] == [
        "2.34",
        "2.35",
    ]
    assert system_named("ubuntu", "22") is None
    assert system_named("fedora", "40") is None
    assert [glibc_of(text) for text in ("musl 1.2", "", "glibc x")] == [None, None, None]


def test_a_damaged_table_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reproof.facts.tables.files", lambda package: tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "gpus.json").write_text('{"columns": ["product"], "rows": [["H100"]]}')
    with pytest.raises(ValueError, match="capability"):
        read_table("gpus", type(gpu_products()[0]))
