"""Facts about the shared libraries of a Debian or Ubuntu system, where no file and no package manager tells them."""

from __future__ import annotations

import re

ELSEWHERE = re.compile(
    r"ld-linux|linux-vdso|lib(c|m|dl|rt|pthread|util|resolv|nsl|crypt|anl|mvec)\.so|libpython\d"
    r"|lib(cuda|nvidia|cudart|cublas|cublasLt|cudnn|cufft|cufftw|curand|cusolver|cusparse|cupti|nccl|nvrtc|nvToolsExt"
    r"|nvinfer|nvinfer_plugin|nvjpeg|npp\w*|cusparseLt|nvJitLink|cufile|nvshmem\w*|ze_loader|amdhip64|hsa\W|roc\w+|hip\w+)"
)
"""Libraries that no package is sought for: those of every base image, the interpreter's, and those of GPUs."""

PACKAGES = {
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libgio-2.0.so.0": "libglib2.0-0",
    "libgmodule-2.0.so.0": "libglib2.0-0",
    "libgdk-3.so.0": "libgtk-3-0",
    "libgdk-x11-2.0.so.0": "libgtk2.0-0",
    "libgtk-x11-2.0.so.0": "libgtk2.0-0",
    "libjpeg.so.62": "libjpeg62-turbo",
    "libOpenCL.so.1": "ocl-icd-libopencl1",
    "libnss3.so": "libnss3",
    "libnssutil3.so": "libnss3",
    "libsmime3.so": "libnss3",
    "libnspr4.so": "libnspr4",
    "libplc4.so": "libnspr4",
    "libplds4.so": "libnspr4",
    "libtbb.so.2": "libtbb2",
    "libGLX.so.0": "libglx0",
    "libEGL.so.1": "libegl1",
    "libgcc_s.so.1": "libgcc-s1",
    "libblas.so.3": "libblas3",
    "liblapack.so.3": "liblapack3",
    "libmpi.so.40": "libopenmpi3",
    "libxml2.so.2": "libxml2",
    "libxslt.so.1": "libxslt1.1",
    "libcurl.so.4": "libcurl4",
    "libz.so.1": "zlib1g",
    "libbz2.so.1.0": "libbz2-1.0",
}
"""The package of a library that is not called after it. Source: the lists of files of Debian 12."""

DLOPENED: dict[str, tuple[str, ...]] = {
    "soundfile": ("libsndfile1",),
    "pysoundfile": ("libsndfile1",),
    "librosa": ("libsndfile1",),
    "sounddevice": ("libportaudio2",),
    "pyaudio": ("libportaudio2",),
    "cairocffi": ("libcairo2",),
    "weasyprint": ("libpango-1.0-0", "libpangoft2-1.0-0"),
    "python-magic": ("libmagic1",),
    "pyzbar": ("libzbar0",),
    "pytesseract": ("tesseract-ocr",),
    "graphviz": ("graphviz",),
    "pydot": ("graphviz",),
    "gitpython": ("git",),
    "pyenchant": ("libenchant-2-2",),
    "pyopengl": ("libgl1", "libglu1-mesa"),
    "pyglet": ("libgl1", "libglu1-mesa"),
    "pyfluidsynth": ("libfluidsynth3",),
    "wand": ("libmagickwand-6.q16-6",),
}
"""Packages that distributions load by name or start as programs. Source: their own installation notes."""


def policy_name(soname: str) -> tuple[str, ...]:
    """Return how the package of a library may be called (Debian policy, 8.1): `libSM.so.6` is in `libsm6`.

    A hyphen keeps a name that ends in a digit apart from the version: `libX11.so.6` is in `libx11-6`.
    """
    stem, _, version = soname.partition(".so")
    name, number = stem.lower().replace("_", "-"), version.lstrip(".")
    if "-" in stem and stem.rpartition("-")[2][:1].isdigit() and not number:
        return (name,)
    joined = f"{name}-{number}" if name[-1:].isdigit() and number else f"{name}{number}"
    plain = re.sub(r"-(\d+\.\d+)$", r"\1", name)
    return tuple(dict.fromkeys((joined, f"{plain}-{number}", f"{joined}t64", name)))
