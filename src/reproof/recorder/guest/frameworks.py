"""Settings of torch, TensorFlow, Keras and JAX as they are now, of those that this process has imported.

Only values that are there already are read: no getter here starts a device, a context or a backend.
"""

import sys

MYPY = False  # True for the type checker alone
if MYPY:
    from typing import Any, Callable, Optional

    Getters = dict[str, Callable[[], Any]]


def read_settings() -> "dict[str, str]":
    """Return the settings by name; what a version of a framework does not have is left out."""
    found: dict[str, str] = {}
    for module, prefix, getters in (
        ("torch", "torch", _torch),
        ("tensorflow.python.eager.context", "tensorflow", _tensorflow),
        ("keras", "keras", _keras),
        ("jax", "jax", _jax),
    ):
        loaded: Any = sys.modules.get(module)
        for name, getter in (getters(loaded) if loaded is not None else {}).items():
            try:
                value = getter()
            except Exception:
                continue
            if value is not None:
                found[prefix + "." + name] = str(value)
    return found


def _torch(torch: "Any") -> "Getters":
    core: Any = getattr(torch, "_C", None)
    return {
        "version": lambda: torch.__version__,
        "cuda": lambda: torch.version.cuda,
        "cpu_capability": lambda: torch.backends.cpu.get_cpu_capability(),
        "threads": lambda: torch.get_num_threads(),
        "interop_threads": lambda: torch.get_num_interop_threads(),
        "default_dtype": lambda: torch.get_default_dtype(),
        "default_device": lambda: torch.get_default_device(),
        "deterministic_algorithms": lambda: torch.are_deterministic_algorithms_enabled(),
        "deterministic_warn_only": lambda: torch.is_deterministic_algorithms_warn_only_enabled(),
        "fill_uninitialized_memory": lambda: core._get_deterministic_fill_uninitialized_memory(),
        "float32_matmul_precision": lambda: torch.get_float32_matmul_precision(),
        "matmul.allow_tf32": lambda: core._get_cublas_allow_tf32(),
        "matmul.allow_fp16_reduction": lambda: core._get_cublas_allow_fp16_reduced_precision_reduction(),
        "matmul.allow_bf16_reduction": lambda: core._get_cublas_allow_bf16_reduced_precision_reduction(),
        "cudnn.enabled": lambda: core._get_cudnn_enabled(),
        "cudnn.benchmark": lambda: core._get_cudnn_benchmark(),
        "cudnn.deterministic": lambda: core._get_cudnn_deterministic(),
        "cudnn.allow_tf32": lambda: core._get_cudnn_allow_tf32(),
        "mkldnn.available": lambda: core.has_mkldnn if hasattr(core, "has_mkldnn") else core._has_mkldnn,
        "mkldnn.enabled": lambda: core._get_mkldnn_enabled(),
        "mkldnn.deterministic": lambda: core._get_mkldnn_deterministic(),
        "autocast.cpu": lambda: _autocast(torch, "cpu"),
        "autocast.cuda": lambda: _autocast(torch, "cuda"),
        "compile.graphs": lambda: _compiled("stats", "unique_graphs"),
        "compile.inductor": lambda: True if _compiled("inductor", None) else None,
    }


def _autocast(torch: "Any", device: str) -> "Any":
    """Return the type that is cast to at exit; a run that uses `with autocast` has left it by then."""
    try:
        return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else False
    except (AttributeError, TypeError):  # before 2.4
        if device == "cpu":
            return torch.get_autocast_cpu_dtype() if torch.is_autocast_cpu_enabled() else False
        return torch.get_autocast_gpu_dtype() if torch.is_autocast_enabled() else False


def _compiled(group: str, name: "Optional[str]") -> "Any":
    """Return what torch.compile has counted; None if it was never called."""
    module: Any = sys.modules.get("torch._dynamo.utils")
    counts = {} if module is None else dict(module.counters).get(group, {})
    return (sum(counts.values()) if name is None else counts.get(name)) or None


def _tensorflow(context: "Any") -> "Getters":
    held: Any = context._context
    core = "tensorflow.python.util._pywrap_"
    return {
        "version": lambda: sys.modules["tensorflow"].__dict__["__version__"],
        "op_determinism": lambda: sys.modules[core + "determinism"].is_enabled(),
        "tf32": lambda: sys.modules[core + "tensor_float_32_execution"].is_enabled(),
        "intra_op_threads": lambda: held._intra_op_parallelism_threads,
        "inter_op_threads": lambda: held._inter_op_parallelism_threads,
        "jit": lambda: held._optimizer_jit,
        "soft_device_placement": lambda: held._soft_device_placement,
        "onednn": lambda: sys.modules["tensorflow.python.util._pywrap_util_port"].IsMklEnabled(),
        "initialized": lambda: held._initialized if hasattr(held, "_initialized") else None,
    }


def _keras(keras: "Any") -> "Getters":
    state = "keras.src.backend.common.global_state"
    return {
        "version": lambda: keras.__dict__["__version__"],
        "backend": lambda: sys.modules["keras.src.backend.config"]._BACKEND,
        "floatx": lambda: sys.modules["keras.src.backend.config"]._FLOATX,
        "dtype_policy": lambda: _policy(sys.modules[state]),
    }


def _policy(state: "Any") -> "Any":
    """Return the mixed precision policy; None if none was set, so that the default is used."""
    policy = state.get_global_attribute("dtype_policy")
    return None if policy is None else policy.name


def _jax(jax: "Any") -> "Getters":
    config = jax.config
    values: Any = getattr(config, "values", {})
    wanted = ("enable_x64", "default_matmul_precision", "default_prng_impl", "disable_jit", "threefry_partitionable",
              "numpy_dtype_promotion", "platforms", "debug_nans")  # fmt: skip
    bridge: Any = sys.modules.get("jax._src.xla_bridge")
    getters: Getters = {name: lambda name=name: values["jax_" + name] for name in wanted}  # type: ignore[misc]
    getters["version"] = lambda: jax.__version__
    getters["platform"] = lambda: bridge._default_backend.platform  # None until something was computed
    return getters
