"""Keeps secrets out of snapshots: variables by allow-list, the rest as salted hashes, private files by their names."""

from __future__ import annotations

import fnmatch
import hashlib
import re
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import PurePosixPath

from reproof.capture.redaction import Redactor, option_values
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

SUSPECT = re.compile(
    r"TOKEN|SECRET|PASS(?!IVE|AGE|ES$)|PWD(?<!^PWD)|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE|AUTH(?!OR)|COOKIE|_KEY$|_DSN$|_URL$|_URI$"
    r"|WEBHOOK|CONNECTION_STRING|_SAS$",
    re.IGNORECASE,
)
"""Names of variables that may hold a secret."""
SHORTEST = 8
"""Characters; a shorter value of such a variable is looked for nowhere else."""

PRIVATE_NAMES = (
    ".env", ".env.*", "*.env", ".envrc", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.ppk", "*.kdbx",
    "*.agekey", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass",
    ".git-credentials", ".htpasswd", ".dockercfg", "*credentials*", "*service_account*.json", "*service-account*.json",
    "client_secret*.json", "kaggle.json", "kubeconfig*", "secrets.toml", "secrets.json", "secrets.y*ml", ".my.cnf",
)  # fmt: skip
"""Files that hold secrets by their purpose."""
PRIVATE_PATHS = (
    "*/.aws/*", "*/.ssh/*", "*/.gnupg/*", "*/.kube/config", "*/.docker/config.json", "*/.huggingface/token",
    "*/huggingface/token", "*/huggingface/stored_tokens", "*/gcloud/*.json", "*/gcloud/*.db", "*/.config/pip/pip.conf",
)  # fmt: skip
"""Those that only their folder tells."""
PUBLIC = ("*.pub", "*.py", "*.example", "*.sample", "*.template", "*.dist")
"""Files that are called alike and hold none, or are code: that is carried without its secrets."""


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return what says whether a text matches one of some patterns. Only what is no word or `WORD*` is compiled."""
    every = tuple(patterns)
    plain = [pattern for pattern in every if not set("*?[") & set(pattern.removesuffix("*"))]
    words = frozenset(pattern for pattern in plain if not pattern.endswith("*"))
    starts = tuple(pattern[:-1] for pattern in plain if pattern.endswith("*"))
    others = [pattern for pattern in every if pattern not in plain]
    return lambda text: text in words or text.startswith(starts) or any(fnmatch.fnmatchcase(text, p) for p in others)


def redact(text: str) -> str:
    """Return a text without what has the shape of a secret, or is given to a name that promises one."""
    return Redactor().text(text)


def is_private(path: str) -> bool:
    """Say whether a file's name or path promises a secret, so that its bytes are not to be kept."""
    lower = path.lower()
    name = PurePosixPath(lower).name
    if one_of(PUBLIC).match(name):
        return False
    return bool(one_of(PRIVATE_NAMES).match(name) or one_of(PRIVATE_PATHS).match(lower))


@cache
def one_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches whatever one of some patterns does: made once, when a file is first asked about."""
    return re.compile("|".join(map(fnmatch.translate, patterns)))


def private_in_patch(path: str) -> str | None:
    """Return why a changed file has no place in a patch; None if it has."""
    return "files of this name hold secrets" if is_private(path) else None


def known_secrets(environ: Mapping[str, str], argv: Iterable[str], addresses: Iterable[str]) -> frozenset[str]:
    """Return the secrets that a run was given, by value: what it prints or writes is searched for them."""
    found = {value for name, value in environ.items() if is_suspect(name) and looks_secret(name, value)}
    found |= set(option_values(argv))
    for address in (*environ.values(), *argv, *addresses):
        found.update(passwords(address))
    return frozenset(value for value in found if len(value) >= SHORTEST)


def is_suspect(name: str) -> bool:
    """Say whether a variable's name promises a secret."""
    return SUSPECT.search(name) is not None


def looks_secret(name: str, value: str) -> bool:
    """Say whether the value of a suspect variable is to be looked for elsewhere: no path, address, number or word."""
    if "/" in value and (value.startswith(("/", ".", "~")) or "://" in value) and " " not in value:
        return False
    return re.search(r"PASS|PWD", name, re.IGNORECASE) is not None or re.search(r"\d", value) is not None


def passwords(address: str) -> Iterator[str]:
    """Yield the password in an address, as it is written there and as it is meant."""
    if "://" in address and "@" in address:
        for written in re.findall(r"://[^/\s:@]*:([^/\s]+)@", address):
            yield written
            yield urllib.parse.unquote(written)


def select_environment(
    variables: Mapping[str, str], salt: str, also: Iterable[str] = (), redactor: Redactor | None = None
) -> Environment:
    """Return what of the environment may be kept.

    Args:
        variables: the environment of the run.
        salt: makes the hashes of this snapshot useless against a list of guessed values from another.
        also: names or patterns that the user allows on top.
        redactor: takes out what is a secret in a variable that is kept.
    """
    is_allowed = matcher((*ALLOWED, *also))
    redactor = redactor or Redactor()
    kept: dict[str, str] = {}
    withheld: dict[str, str] = {}
    for name, value in sorted(variables.items()):
        suspect = is_suspect(name) and not redactor.allows(value, name)
        if is_allowed(name) and not suspect:
            kept[name] = redactor.text(value)
        else:
            withheld[name] = hashlib.sha256(f"{salt}\0{name}\0{value}".encode(errors="surrogateescape")).hexdigest()
    return Environment(variables=kept, withheld=withheld, salt=salt)
