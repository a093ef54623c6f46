"""conda's packages as distributions of an index, or as what a system provides."""

from __future__ import annotations

import re
from functools import cache

from packaging.utils import canonicalize_name

from reproof.facts.imports import import_names
from reproof.model.base import Gap
from reproof.model.requirements import RequirementKind
from reproof.needs.found import Found
from reproof.needs.spelling import read_requirement

OTHER_NAMES = {
    "pytorch": "torch", "pytorch-gpu": "torch", "pytorch-cpu": "torch", "torchvision-cpu": "torchvision",
    "opencv": "opencv-python", "opencv3": "opencv-python", "py-opencv": "opencv-python", "libopencv": "opencv-python",
    "pytables": "tables", "matplotlib-base": "matplotlib", "dask-core": "dask", "py-xgboost": "xgboost",
    "py-xgboost-gpu": "xgboost", "py-xgboost-cpu": "xgboost", "tensorflow-base": "tensorflow",
    "tensorflow-mkl": "tensorflow", "tensorflow-eigen": "tensorflow", "keras-gpu": "keras", "keras-base": "keras",
    "python-graphviz": "graphviz", "msgpack-python": "msgpack", "pyqt": "pyqt5", "seaborn-base": "seaborn",
    "python-lmdb": "lmdb", "pytorch-lightning": "pytorch-lightning", "faiss": "faiss-cpu", "pyg": "torch-geometric",
    "ruamel_yaml": "ruamel.yaml", "importlib_metadata": "importlib-metadata", "backports.functools_lru_cache": "",
    "mpi4py": "mpi4py", "python-dateutil": "python-dateutil", "pybox2d": "box2d-py", "dgl-cuda": "dgl",
    "ipython_genutils": "ipython-genutils", "jupyter_client": "jupyter-client", "jupyter_core": "jupyter-core",
    "numpy-base": "", "mkl-service": "", "mkl_fft": "", "mkl_random": "", "blas": "", "mkl": "", "nomkl": "",
    "cudatoolkit": "", "cudnn": "", "cuda": "", "pytorch-cuda": "", "pytorch-mutex": "", "nccl": "", "cupti": "",
    "cudatoolkit-dev": "", "python_abi": "", "tk": "", "zlib": "", "openssl": "", "readline": "", "sqlite": "",
    "ncurses": "", "xz": "", "icu": "", "jpeg": "", "qt": "", "hdf5": "", "bzip2": "", "zeromq": "", "yaml": "",
    "ca-certificates": "", "freetype": "", "intel-openmp": "", "ninja-base": "ninja", "snappy": "", "glib": "",
    "gstreamer": "", "gst-plugins-base": "", "pcre": "", "expat": "", "fontconfig": "", "dbus": "", "sip": "",
    "tbb": "", "olefile": "olefile", "pthread-stubs": "", "x264": "", "lame": "", "nettle": "", "gmp": "",
}  # fmt: skip
"""What conda calls otherwise than an index does; an empty name is that of a library that wheels bring themselves.

From the recipes of conda-forge and the default channel.
"""
SYSTEM = {
    "ffmpeg": "ffmpeg", "git": "git", "graphviz": "graphviz", "cmake": "cmake", "make": "make", "swig": "swig",
    "gcc_linux-64": "gcc", "gxx_linux-64": "g++", "gcc": "gcc", "gxx": "g++", "openmpi": "libopenmpi-dev",
    "mpich": "mpich", "openjdk": "default-jre-headless", "unzip": "unzip", "wget": "wget", "curl": "curl",
    "libsndfile": "libsndfile1", "sox": "sox", "boost": "libboost-all-dev", "eigen": "libeigen3-dev",
    "r-base": "r-base", "tesseract": "tesseract-ocr", "poppler": "poppler-utils", "bazel": "bazel-bootstrap",
}  # fmt: skip
"""Packages of Debian for programs and libraries that conda brings."""
LIBRARY = re.compile(r"(lib|_|xorg-|r-|font-|gcc_|gxx_|binutils|ld_impl|sysroot|kernel-headers|cuda-|nvidia)[\w.\-]*")


@cache
def distributions() -> frozenset[str]:
    """Return the distributions that provide a known module."""
    return frozenset(name for row in import_names().values() for name in row.distributions)


def read_conda(text: str, source: str, kind: RequirementKind = "declared") -> Found:
    """Return what one specification of conda says: `channel::name`, `name=1.0`, `name=1.0=build`, `name >=1,<2`."""
    plain = re.sub(r"\[.*\]$", "", text.strip().rpartition("::")[2]).strip()
    found = re.match(r"([A-Za-z0-9_][\w.\-]*)\s*(.*)$", plain)
    if not found:
        effect = "what it asks for is not installed"
        return Found(gaps=(Gap(what=f"{source}: {text}", why="it is no package of conda", effect=effect),))
    name, version = found[1].lower(), specifier_of(found[2].strip())
    if name == "python":
        return read_requirement(f"python{version}", source) if version else Found()
    if name in SYSTEM:
        return Found(system_packages=(SYSTEM[name],))
    known = OTHER_NAMES.get(name, name)
    if not known or is_library(name):
        why = "it is a package of conda, and none of an index"
        return Found(gaps=(Gap(what=f"{source}: {name}", why=why, effect="wheels bring such libraries, or a system"),))
    if known in ("pip", "setuptools", "wheel", "conda"):
        return Found()
    return read_requirement(f"{known}{version}", source, kind)


def is_library(name: str) -> bool:
    """Say whether conda's name is that of a library, and of no distribution."""
    known = name in OTHER_NAMES or canonicalize_name(name) in distributions()
    return not known and bool(LIBRARY.fullmatch(name))


def specifier_of(text: str) -> str:
    """Return conda's version as PEP 440 has it: `=1.0` is any 1.0, with a build it is that version."""
    text = re.sub(r"\s+(?=[<>=!~])|(?<=[<>=!~])\s+", "", text)
    exact = re.fullmatch(r"=?([\w.!]+?)(\.?\*)?[= ]+[\w.*]+", text)
    if exact and not text.startswith("=="):
        return f"=={exact[1]}.*" if exact[2] else f"=={exact[1]}"
    fuzzy = re.fullmatch(r"=?(\d[\w.]*?)(\.?\*)?", text)
    if fuzzy:
        return f"=={fuzzy[1]}.*"
    parts = [part for part in text.split("|")[-1].split(",") if part not in ("", "*")]
    return ",".join(re.sub(r"^=(?=\d)", "==", re.sub(r"^([<>]=?.*?)\.?\*$", r"\1", part)) for part in parts)
