"""Which instructions a CPU must have to run the kernels that numeric libraries choose, as Linux names its flags.

Sources: OpenBLAS `driver/others/dynamic.c` and `cpuid_x86.c` (names and tests), MKL's header `mkl_types.h` and its
documentation of `MKL_CBWR`, oneDNN `dnnl_types.h` and "CPU dispatcher control", torch
`aten/src/ATen/native/DispatchStub.cpp`, numpy "CPU build options". What a name does not tell here is unknown, and is
not checked.
"""

from __future__ import annotations

AVX2 = ("avx", "avx2", "fma")
SKYLAKE = (*AVX2, "avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl")
VNNI = (*SKYLAKE, "avx512_vnni")
BF16 = (*VNNI, "avx512_bf16")
AMX = (*BF16, "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16")

OPENBLAS = {
    "prescott": ("pni",), "core2": ("ssse3",), "penryn": ("sse4_1",), "dunnington": ("sse4_1",), "atom": ("ssse3",),
    "nehalem": ("sse4_2",), "barcelona": ("sse4a",), "bobcat": ("ssse3", "sse4a"), "sandybridge": ("avx",),
    "bulldozer": ("avx", "fma4"), "piledriver": ("avx", "fma"), "steamroller": ("avx", "fma"), "excavator": AVX2,
    "haswell": AVX2, "zen": AVX2, "skylakex": SKYLAKE, "cooperlake": (*SKYLAKE, "avx512_bf16"),
    "sapphirerapids": (*SKYLAKE, "avx512_bf16"), "armv8": ("asimd",), "neoversen1": ("asimd",), "armv8sve": ("sve",),
    "neoversev1": ("sve",), "neoversen2": ("sve",), "a64fx": ("sve",),
}  # fmt: skip
MKL = {
    "SSE2": ("sse2",), "SSSE3": ("ssse3",), "SSE4_1": ("sse4_1",), "SSE4_2": ("sse4_2",), "AVX": ("avx",),
    "AVX2": AVX2, "AVX512": SKYLAKE, "AVX512_E1": VNNI,
}  # fmt: skip
ONEDNN = {
    "SSE41": ("sse4_1",), "AVX": ("avx",), "AVX2": AVX2, "AVX2_VNNI": (*AVX2, "avx_vnni"), "AVX512_CORE": SKYLAKE,
    "AVX512_CORE_VNNI": VNNI, "AVX512_CORE_BF16": BF16, "AVX512_CORE_FP16": (*BF16, "avx512_fp16"),
    "AVX512_CORE_AMX": AMX, "AVX512_CORE_AMX_FP16": (*AMX, "amx_fp16"),
}  # fmt: skip
TORCH = {"AVX2": AVX2, "AVX512": SKYLAKE, "SVE256": ("sve",), "SVE": ("sve",)}
NUMPY = {
    "SSE3": ("pni",), "SSSE3": ("ssse3",), "SSE41": ("sse4_1",), "SSE42": ("sse4_2",), "POPCNT": ("popcnt",),
    "AVX": ("avx",), "F16C": ("f16c",), "FMA3": ("fma",), "AVX2": ("avx2",), "AVX512F": ("avx512f",),
    "AVX512CD": ("avx512cd",), "AVX512_SKX": SKYLAKE, "AVX512_CLX": VNNI,
    "AVX512_ICL": (*VNNI, "avx512_vbmi", "avx512_vbmi2", "avx512_bitalg", "avx512_vpopcntdq"),
    "AVX512_SPR": (*BF16, "avx512_fp16"), "ASIMD": ("asimd",), "ASIMDHP": ("asimdhp",), "SVE": ("sve",),
}  # fmt: skip

LIBRARIES = {"openblas": OPENBLAS, "mkl": MKL}
"""By the `api` of a thread pool whose kernel was read back."""
SETTINGS = {"onednn.isa": ONEDNN, "torch.cpu_capability": TORCH, "numpy.cpu_features": NUMPY}
"""By the name of a setting that was read back; numpy's lists all that it found, the others name one."""
