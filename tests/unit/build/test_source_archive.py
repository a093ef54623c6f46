"""What a source distribution says of its build; damaged and harmful archives are refused, and nothing is unpacked."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from sdists import add, make_sdist

from reproof.build.source_archive import LEGACY, Source, read_source
from reproof.errors import BuildError

NAME = "thing-1.0.tar.gz"


def read(tmp_path: Path, data: bytes, name: str = NAME) -> Source:
    path = tmp_path / "blob"
    path.write_bytes(data)
    return read_source(path, name)


def project(tmp_path: Path, **files: str) -> Source:
    spelled = {name.replace("_dot_", "."): text for name, text in files.items()}
    return read(tmp_path, make_sdist("thing", "1.0", spelled))


def test_a_project_that_says_nothing_is_built_by_its_setup_py_with_setuptools(tmp_path: Path) -> None:
    source = read(tmp_path, make_sdist("thing", "1.0"))
    assert (source.backend, source.requires, source.folder) == (None, LEGACY, "thing-1.0")
    assert source.imports == ("setuptools",)


def test_a_backend_and_its_requirements_are_read_from_pyproject(tmp_path: Path) -> None:
    text = (
        '[build-system]\nrequires = ["flit_core >=2,<4"]\nbuild-backend = "flit_core.buildapi"\nbackend-path = ["."]\n'
    )
    source = project(tmp_path, pyproject_dot_toml=text)
    assert (source.backend, source.requires) == ("flit_core.buildapi", ("flit_core >=2,<4",))
    assert source.backend_path == (".",)


def test_requirements_without_a_backend_leave_the_build_to_setup_py(tmp_path: Path) -> None:
    pyproject = '[build-system]\nrequires = ["setuptools", "numpy"]\n'
    source = project(tmp_path, pyproject_dot_toml=pyproject, setup_dot_py="import setuptools\nsetuptools.setup()\n")
    assert (source.backend, source.requires) == (None, ("setuptools", "numpy"))


def test_setup_requires_counts_wherever_its_list_is_written(tmp_path: Path) -> None:
    for text in (
        "from setuptools import setup\nsetup(setup_requires=['pbr>=1.8', 'cffi'])\n",
        "from setuptools import setup\nneeds = ['pbr>=1.8', 'cffi']\nsetup(setup_requires=needs)\n",
        "import setuptools\nsetuptools.setup(setup_requires='pbr>=1.8\\ncffi')\n",
    ):
        assert project(tmp_path, setup_dot_py=text).requires == (*LEGACY, "pbr>=1.8", "cffi")


def test_what_setup_py_imports_at_once_is_told_but_not_its_own_modules(tmp_path: Path) -> None:
    setup = "import os, numpy\nfrom Cython.Build import cythonize\nimport versioneer\n"
    setup += "try:\n    import torch\nexcept ImportError:\n    torch = None\n"
    source = project(tmp_path, setup_dot_py=setup, versioneer_dot_py="")
    assert source.imports == ("os", "numpy", "Cython")


def test_a_setup_py_for_python_2_is_no_error(tmp_path: Path) -> None:
    assert project(tmp_path, setup_dot_py="print 'hello'\n").requires == LEGACY


def test_a_zip_file_is_read_like_a_tar(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("thing-1.0/setup.py", "import setuptools, numpy\n")
    assert read(tmp_path, target.getvalue(), "thing-1.0.zip").imports == ("setuptools", "numpy")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "thing-1.0/../../x", "thing-1.0\\..\\..\\x"])
def test_a_member_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        add(archive, "thing-1.0/setup.py", b"")
        add(archive, name, b"x")
    with pytest.raises(BuildError, match=r"thing-1\.0\.tar\.gz wants to write outside of its folder"):
        read(tmp_path, target.getvalue())


@pytest.mark.parametrize("link", ["/etc/passwd", "../../outside", "a/../../../outside"])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, link: str) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        add(archive, "thing-1.0/setup.py", b"")
        member = tarfile.TarInfo("thing-1.0/link")
        member.type, member.linkname = tarfile.SYMTYPE, link
        archive.addfile(member)
    with pytest.raises(BuildError, match="outside of its folder"):
        read(tmp_path, target.getvalue())


def test_a_link_inside_is_fine(tmp_path: Path) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        add(archive, "thing-1.0/setup.py", b"import x\n")
        member = tarfile.TarInfo("thing-1.0/docs/link")
        member.type, member.linkname = tarfile.SYMTYPE, "../setup.py"
        archive.addfile(member)
    assert read(tmp_path, target.getvalue()).imports == ("x",)


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    whole = make_sdist("thing", "1.0", {"setup.py": "x = 1\n" * 50_000})
    for data in (b"", b"no archive at all", whole[: len(whole) // 2]):
        with pytest.raises(BuildError, match=r"thing-1\.0\.tar\.gz cannot be read"):
            read(tmp_path, data)


def test_a_damaged_pyproject_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"pyproject\.toml of thing"):
        project(tmp_path, pyproject_dot_toml="[build-system\n")


@pytest.mark.parametrize("text", ['build-system = 3\n', '[build-system]\nrequires = "setuptools"\n',
                                  "[build-system]\nbuild-backend = 1\n"])  # fmt: skip
def test_a_build_system_of_the_wrong_form_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(BuildError, match=r"build-system in the pyproject\.toml"):
        project(tmp_path, pyproject_dot_toml=text, setup_dot_py="")


def test_an_archive_without_a_project_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no Python project"):
        read(tmp_path, make_sdist("thing", "1.0", {"README": "hello\n"}))


def test_an_archive_with_several_folders_is_told(tmp_path: Path) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        add(archive, "one/setup.py", b"")
        add(archive, "two/setup.py", b"")
    with pytest.raises(BuildError, match="one folder"):
        read(tmp_path, target.getvalue())
