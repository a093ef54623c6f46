"""What decides the last bits of a result, read back at exit from the libraries and frameworks that are loaded.

Nothing is loaded for it, except ctypes from the standard library, and nothing is changed. What cannot be read is left
out. States of generators are handed over as they are; the host hashes them.
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


def read_back(mapped: "list[str]", path: "list[str]") -> "dict[str, Any]":
    """Return pools, settings and states of generators. `mapped`: the files in memory; `path`: where to import from."""
    warnings = sys.modules.get("warnings")
    if warnings is None:
        return _read_back(mapped, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecated getter must not print into the user's program
        return _read_back(mapped, path)


def _read_back(mapped: "list[str]", path: "list[str]") -> "dict[str, Any]":
    settings = _python()
    settings.update(_numpy())
    settings.update(_torch())
    pools: list[dict[str, Any]] = []
    candidates = [file for file in mapped if _api(file)]
    ctypes = _import_ctypes(path) if candidates else None
    if ctypes is not None:
        for file in candidates:
            pool = _attempt(lambda file=file: _pool(ctypes, file, settings))  # type: ignore[misc]
            if pool:
                pools.append(pool)
    return {"pools": pools, "settings": settings, "generators": _generators()}


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
    for part, api in (("openblas", "openblas"), ("libmkl_rt", "mkl"), ("libtorch_cpu", "mkl"), ("libblis", "blis")):
        if part in name:
            return api
    return "openmp" if name.startswith(("libgomp", "libiomp", "libomp")) else None


def _pool(ctypes: "Any", file: str, settings: "dict[str, str]") -> "dict[str, Any]":
    """Return the pool of a library that is already loaded; empty if it has none."""
    library = ctypes.CDLL(file, mode=os.RTLD_NOLOAD | os.RTLD_NOW)
    api = _api(file)
    found = {"openblas": _openblas, "mkl": _mkl, "blis": _blis, "openmp": _openmp}[api](ctypes, library)  # type: ignore[index]
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


def _torch() -> "dict[str, str]":
    """Settings of torch as they are now. No getter here starts CUDA."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return {}
    getters = {
        "version": lambda: torch.__version__,
        "cuda": lambda: torch.version.cuda,
        "cpu_capability": lambda: torch.backends.cpu.get_cpu_capability(),
        "threads": lambda: torch.get_num_threads(),
        "interop_threads": lambda: torch.get_num_interop_threads(),
        "deterministic_algorithms": lambda: torch.are_deterministic_algorithms_enabled(),
        "deterministic_warn_only": lambda: torch.is_deterministic_algorithms_warn_only_enabled(),
        "default_dtype": lambda: torch.get_default_dtype(),
        "float32_matmul_precision": lambda: torch.get_float32_matmul_precision(),
        "cudnn.enabled": lambda: torch._C._get_cudnn_enabled(),
        "cudnn.benchmark": lambda: torch._C._get_cudnn_benchmark(),
        "cudnn.deterministic": lambda: torch._C._get_cudnn_deterministic(),
        "mkldnn.available": lambda: torch._C.has_mkldnn if hasattr(torch._C, "has_mkldnn") else torch._C._has_mkldnn,
        "mkldnn.enabled": lambda: torch._C._get_mkldnn_enabled(),
    }  # type: dict[str, Callable[[], Any]]
    values = {name: _attempt(getter) for name, getter in getters.items()}
    return {"torch." + name: str(value) for name, value in values.items() if value is not None}


def _generators() -> "dict[str, bytes]":
    """The states of the global generators, of the libraries that are loaded."""
    modules: dict[str, Any] = sys.modules
    states = {}
    if "random" in modules:
        states["random"] = _attempt(lambda: repr(modules["random"].getstate()).encode())
    if "numpy.random" in modules:
        states["numpy"] = _attempt(lambda: _numpy_state(modules["numpy.random"]))
    if "torch" in modules:
        states["torch"] = _attempt(lambda: bytes(modules["torch"].random.get_rng_state().tolist()))
    return {name: state for name, state in states.items() if state is not None}


def _numpy_state(random: "Any") -> bytes:
    """Return the state of numpy's global generator; asked in the new form, because the old one may warn."""
    try:
        state = random.get_state(legacy=False)
    except TypeError:
        return repr([getattr(part, "tolist", lambda part=part: part)() for part in random.get_state()]).encode()
    key = state["state"].get("key")
    rest = {name: value for name, value in state["state"].items() if name != "key"}
    return repr((state["bit_generator"], None if key is None else key.tolist(), sorted(rest.items()))).encode()
