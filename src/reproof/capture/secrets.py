"""Keeps secrets out of snapshots: variables by allow-list, the rest as salted hashes, known token shapes redacted."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Iterable, Mapping

from reproof.model.snapshot import Environment

ALLOWED = (
    "LANG", "LANGUAGE", "LC_*", "TZ", "PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "TMPDIR", "COLUMNS", "LINES",
    "TERM", "NO_COLOR", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "LD_LIBRARY_PATH", "LD_PRELOAD",
    "PYTHON*", "OMP_*", "GOMP_*", "KMP_*", "MKL_*", "OPENBLAS_*", "GOTO_*", "BLIS_*", "VECLIB_*", "NUMEXPR_*",
    "NPY_*", "NUMBA_*", "ATEN_*", "ONEDNN_*", "DNNL_*", "TORCH_*", "PYTORCH_*", "TF_*", "XLA_*", "JAX_*", "KERAS_*",
    "CUDA_*", "CUBLAS_*", "CUDNN_*", "NCCL_*", "NVIDIA_*", "HIP_*", "ROCR_*", "RANK", "LOCAL_RANK", "WORLD_SIZE",
    "LOCAL_WORLD_SIZE", "GROUP_RANK", "MASTER_ADDR", "MASTER_PORT", "SLURM_JOB_ID", "SLURM_NTASKS", "SLURM_PROCID",
    "HF_HOME", "HF_HUB_OFFLINE", "HF_DATASETS_CACHE", "TRANSFORMERS_CACHE", "TRANSFORMERS_OFFLINE",
    "TOKENIZERS_PARALLELISM", "SKLEARN_*", "JOBLIB_*", "LOKY_*", "MPLBACKEND", "MPLCONFIGDIR", "MALLOC_*",
    "GLIBC_TUNABLES", "SOURCE_DATE_EPOCH",
)  # fmt: skip
"""Variables that can change a result and do not carry secrets by their purpose."""

SUSPECT = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE|AUTH(?!OR)|COOKIE", re.IGNORECASE)

REDACTED = "<redacted>"

TOKENS = re.compile(
    r"""
    (?P<url>(?<=://)[^/\s:@'"]+:[^/\s@'"]+(?=@))            # user:password@ in an address
    | \bgh[pousr]_[A-Za-z0-9]{20,}\b | \bgithub_pat_\w{20,}  # GitHub
    | \bglpat-[\w-]{20,} | \bhf_[A-Za-z0-9]{20,}\b           # GitLab, Hugging Face
    | \b(?:sk|pk|rk)-[\w-]{20,}                              # OpenAI, Anthropic, Stripe and the like
    | \bxox[abposr]-[\w-]{10,} | \bAKIA[0-9A-Z]{16}\b        # Slack, AWS
    | \bAIza[\w-]{35}\b | \bya29\.[\w-]{20,}                 # Google
    | \bey[JK][\w-]{8,}\.ey[\w-]{8,}\.[\w-]*                 # JSON web tokens
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----[\s\S]*?-----END\ [A-Z ]*PRIVATE\ KEY-----
    """,
    re.VERBOSE,
)
ASSIGNED = re.compile(
    r"""(?P<name>(?:--?|\b)[\w-]*(?:token|secret|passw(?:or)?d|api[_-]?key|access[_-]?key)(?![a-z])[\w-]*["']?\s*[=:]\s*["']?)"""
    r"""(?P<value>[^\s"'&,;)]{6,})""",
    re.IGNORECASE,
)
OPTION = re.compile(
    r"^--?[\w-]*(?:token|secret|passw(?:or)?d|api[_-]?key|access[_-]?key)(?![a-z])[\w-]*$", re.IGNORECASE
)
CODE = re.compile(r"^[A-Za-z_][\w.]*[(\[]|^(?:None|null|true|false|os\.|getenv)", re.IGNORECASE)
PRIVATE_FILES = (".env", ".env.*", "*.pem", "*.key", "id_rsa*", "id_ed25519*", ".netrc", "*credentials*", "*.kdbx")


def redact(text: str) -> str:
    """Return `text` with everything that has the shape of a secret replaced; code that only names one is left."""

    def assigned(match: re.Match[str]) -> str:
        return match.group(0) if CODE.match(match["value"]) else f"{match['name']}{REDACTED}"

    return ASSIGNED.sub(assigned, TOKENS.sub(REDACTED, text))


def redact_bytes(data: bytes) -> bytes:
    """Return `data` redacted as text; bytes that are no text come back as they were."""
    text = data.decode("utf-8", "surrogateescape")
    return redact(text).encode("utf-8", "surrogateescape")


def redact_argv(argv: Iterable[str]) -> tuple[str, ...]:
    """Return a command line in which the value after an option such as `--token` is redacted too."""
    words: list[str] = []
    for word in argv:
        secret = bool(words) and OPTION.match(words[-1]) is not None and not word.startswith("-")
        words.append(REDACTED if secret else redact(word))
    return tuple(words)


def is_private(name: str) -> bool:
    """Say whether a file's name promises a secret, so that its bytes are not to be kept."""
    return any(fnmatch.fnmatch(name.lower(), pattern) for pattern in PRIVATE_FILES)


def select_environment(variables: Mapping[str, str], salt: str, also: Iterable[str] = ()) -> Environment:
    """Return what of the environment may be kept.

    Args:
        variables: the environment of the run.
        salt: makes the hashes of this snapshot useless against a list of guessed values from another.
        also: names or patterns that the user allows on top.
    """
    allowed = (*ALLOWED, *also)
    kept: dict[str, str] = {}
    withheld: dict[str, str] = {}
    for name, value in sorted(variables.items()):
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in allowed) and not SUSPECT.search(name):
            kept[name] = redact(value)
        else:
            withheld[name] = hashlib.sha256(f"{salt}\0{name}\0{value}".encode(errors="surrogateescape")).hexdigest()
    return Environment(variables=kept, withheld=withheld, salt=salt)
