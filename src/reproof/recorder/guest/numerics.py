"""What decides the last bits of a result, read back at exit from the libraries and frameworks that are loaded.

Nothing is loaded for it, except ctypes from the standard library, and nothing is changed. What cannot be read is left
out.
"""

import os
import sys

MYPY = False  # True for the type checker alone
if MYPY:
    from typing import Any, Callable, Optional

_CBWR = {
    0: "OFF",
    1: "BRANCH_OFF",
    2: "AUTO",
    3: "COMPATIBLE",
    4: "SSE2",
    6: "SSSE3",
    7: "SSE4_1",
    8: "SSE4_2",
    9: "AVX",
    10: "AVX2",
    11: "AVX512_MIC",
    12: "AVX512",
    13: "AVX512_MIC_E1",
    14: "AVX512_E1",
}
"""The branches of MKL, from its header mkl_types.h."""
_ISA = {
    0x0: "DEFAULT",
    0x1: "SSE41",
    0x3: "AVX",
    0x7: "AVX2",
    0xF: "AVX2_VNNI",
    0x1F: "AVX2_VNNI_2",
    0x27: "AVX512_CORE",
    0x67: "AVX512_CORE_VNNI",
    0xE7: "AVX512_CORE_BF16",
    0x1EF: "AVX512_CORE_FP16",
    0x3E7: "AVX512_CORE_AMX",  # before 3.0
    0xFEF: "AVX512_CORE_AMX",
    0x1FEF: "AVX512_CORE_AMX_FP16",
}
"""Instruction sets of oneDNN, from its header dnnl_types.h (dnnl_cpu_isa_t)."""


def read_back(mapped: "list[str]", path: "list[str]", frameworks: "Callable[[], dict[str, str]]") -> "dict[str, Any]":
    """Return pools and settings.

    `mapped`: the files in memory; `path`: where to import from; `frameworks`: reads the settings of the frameworks.
    """
    settings = _python()
    settings.update(_numpy())
    settings.update(frameworks())
    pools: list[dict[str, Any]] = []
    candidates = [file for file in mapped if _api(file)]
    ctypes = _import_ctypes(path) if candidates else None
    if ctypes is not None:
        for file in candidates:
            pool = _attempt(lambda file=file: _pool(ctypes, file, settings))  # type: ignore[misc]
            if pool:
                pools.append(pool)
    return {"pools": pools, "settings": settings}


def is_wanted(mapped: "list[str]") -> bool:
    """Say whether there is anything to read back: a library that computes is in memory."""
    return any(_api(file) for file in mapped)


def _attempt(action: "Callable[[], Any]") -> "Any":
    """Return what `action` returns, or None if it fails: every version of a library lacks something."""
    try:
        return action()
    except Exception:
        return None


def _import_ctypes(path: "list[str]") -> "Any":
    """Return ctypes, imported past the folder of the script, where a `struct.py` of the user's may lie."""
    if "ctypes" in sys.modules:
        return sys.modules["ctypes"]
    current = sys.path[:]
    sys.path[:] = path
    try:
        return _attempt(lambda: __import__("ctypes"))
    finally:
        sys.path[:] = current


def _api(file: str) -> "Optional[str]":
    """Return which kind of pool a library has, by its name."""
    name = os.path.basename(file)
    if ".so" not in name:
        return None
    for part, api in (("openblas", "openblas"), ("libmkl_rt", "mkl"), ("libtorch_cpu", "mkl"), ("libblis", "blis"),
                      ("libdnnl", "onednn")):  # fmt: skip
        if part in name:
            return api
    return "openmp" if name.startswith(("libgomp", "libiomp", "libomp")) else None


def _pool(ctypes: "Any", file: str, settings: "dict[str, str]") -> "dict[str, Any]":
    """Return the pool of a library that is already loaded; empty if it has none."""
    library = ctypes.CDLL(file, mode=os.RTLD_NOLOAD | os.RTLD_NOW)
    api = _api(file)
    readers = {"openblas": _openblas, "mkl": _mkl, "blis": _blis, "openmp": _openmp, "onednn": _onednn}
    found = readers[api](ctypes, library)  # type: ignore[index]
    isa = _attempt(lambda: _call(library.dnnl_get_effective_cpu_isa, ctypes.c_int))
    if isa is not None:  # exported where oneDNN is a library of its own, and by some builds of libtorch_cpu
        settings["onednn.isa"] = _ISA.get(isa, hex(isa))
    cbwr = found.pop("cbwr", None)
    if cbwr is not None:
        settings["mkl.cbwr"] = cbwr
    return dict(found, library=file, api=api) if found else {}


def _call(function: "Any", result: "Any", *arguments: "Any") -> "Any":
    """Call a C function and return its result, bytes as text."""
    function.restype = result
    value = function(*arguments)
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value


def _openblas(ctypes: "Any", library: "Any") -> "dict[str, Any]":
    for prefix in ("", "scipy_"):
        for suffix in ("", "64_", "_64", "64"):
            function = getattr(library, prefix + "openblas_get_num_threads" + suffix, None)
            if function is None:
                continue
            names = [prefix + "openblas_get_" + what + suffix for what in ("corename", "config")]
            kernel, config = [
                _attempt(lambda name=name: _call(getattr(library, name), ctypes.c_char_p))  # type: ignore[misc]
                for name in names
            ]
            version = config.split()[1] if config and config.startswith("OpenBLAS ") else None
            return {"kernel": kernel, "threads": _call(function, ctypes.c_int), "version": version}
    return {}


def _mkl(ctypes: "Any", library: "Any") -> "dict[str, Any]":
    """MKL of its own, or inside libtorch_cpu, which exports a part of it. Its mode is read back, not believed."""
    threads = getattr(library, "MKL_Get_Max_Threads", None)
    if threads is None:
        return {}
    found: dict[str, Any] = {"threads": _call(threads, ctypes.c_int), "kernel": None, "version": None}
    buffer = ctypes.create_string_buffer(256)
    if _attempt(lambda: library.MKL_Get_Version_String(buffer, 256) or True):
        found["version"] = buffer.value.decode("ascii", "replace").strip()
    branch = _attempt(lambda: _call(library.MKL_CBWR_Get_Auto_Branch, ctypes.c_int))
    if branch is not None:
        found["kernel"] = _CBWR.get(branch, str(branch))
    mode = _attempt(lambda: _call(library.MKL_CBWR_Get, ctypes.c_int, 1))  # 1: MKL_CBWR_BRANCH
    if mode is not None:
        found["cbwr"] = _CBWR.get(mode & 0xFFFF, str(mode)) + (",STRICT" if mode & 0x10000 else "")
    return found


def _blis(ctypes: "Any", library: "Any") -> "dict[str, Any]":
    threads = _attempt(lambda: _call(library.bli_thread_get_num_threads, ctypes.c_int))
    if threads is None:
        return {}
    kernel = _attempt(
        lambda: _call(library.bli_arch_string, ctypes.c_char_p, _call(library.bli_arch_query_id, ctypes.c_int))
    )
    version = _attempt(lambda: _call(library.bli_info_get_version_str, ctypes.c_char_p))
    return {"threads": threads, "kernel": kernel, "version": version}


def _onednn(ctypes: "Any", library: "Any") -> "dict[str, Any]":
    """oneDNN has no pool of its own: it computes in that of OpenMP or TBB. Its instructions are a setting."""
    return {}


def _openmp(ctypes: "Any", library: "Any") -> "dict[str, Any]":
    threads = _attempt(lambda: _call(library.omp_get_max_threads, ctypes.c_int))
    return {} if threads is None else {"threads": threads, "kernel": None, "version": None}


def _python() -> "dict[str, str]":
    seed = os.environ.get("PYTHONHASHSEED")
    return {
        "python.hash_seed": seed or "random",
        "python.hash_randomization": str(sys.flags.hash_randomization),
        "python.recursion_limit": str(sys.getrecursionlimit()),
        "python.optimize": str(sys.flags.optimize),
    }


def _numpy() -> "dict[str, str]":
    """The vector instructions that numpy's loops are dispatched to."""
    for name in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        features = getattr(sys.modules.get(name), "__cpu_features__", None)
        if features:
            return {"numpy.cpu_features": " ".join(sorted(key for key, on in features.items() if on))}
    return {}
