"""Secrets of every kind, planted everywhere in a project: none of them is stored, shown or baked into an image."""

from __future__ import annotations

import base64
import subprocess
import urllib.parse
from dataclasses import replace
from pathlib import Path

import pytest
import re2
from command_line import Answer, Shell
from planted import planted

PRIVATE_FILES = {
    ".env": "dotenv", ".env.production": "YAML", ".netrc": "netrc", ".npmrc": "npm token", ".pypirc": "pypirc password",
    "kaggle.json": "Kaggle", "id_ed25519": "OpenSSH key", "tls.key": "RSA key", "service-account.json":
    "GCP service account", ".docker/config.json": "Docker auth", ".kube/config": "kubeconfig", "keys.agekey": "age key",
}  # fmt: skip
"""Where such a secret usually lies; git tracks all of them here, as it should not."""
VARIABLES = {
    "WANDB_API_KEY": "wandb key", "AWS_SECRET_ACCESS_KEY": "AWS secret key", "HF_TOKEN": "Hugging Face",
    "TORCH_HOME": "git remote password", "DATABASE": "database", "MLFLOW_TRACKING_URI": "MLflow basic auth",
    "DB_PASSWORD": "password option", "JAX_REMOTE": "pip index password",
}  # fmt: skip
TRAIN = """\
import json, os, pathlib, sys
KEY = "{key}"
for name in {files!r}:
    text = pathlib.Path(name).read_text()
    print(text)
    print(text, file=sys.stderr)
print(KEY, sys.argv, dict(os.environ))
pathlib.Path("outputs").mkdir()
for number, name in enumerate({files!r}):
    pathlib.Path("outputs", f"{{number}}.txt").write_text(pathlib.Path(name).read_text())
pathlib.Path("outputs/state.bin").write_bytes(bytes(range(256)) * 50 + KEY.encode() + bytes(500))
json.dump({{"accuracy": 0.5, "token": os.environ["HF_TOKEN"]}}, open("metrics.json", "w"))
"""


def git(folder: Path, *words: str) -> None:
    subprocess.run(("git", "-c", "user.name=Ada", "-c", "user.email=ada@host", *words), cwd=folder, check=True)


@pytest.fixture
def project(builder: Shell) -> Shell:
    """Somebody in a project that is full of secrets, with more of them in the environment."""
    root = builder.cwd
    secrets = planted()
    git(root, "init", "-q")
    git(root, "remote", "add", "origin", secrets["git remote password"].text.partition("= ")[2])
    private = {name: secrets[kind].text for name, kind in PRIVATE_FILES.items()}
    plain = {f"conf/{number}.cfg": secret.text for number, secret in enumerate(secrets.values())}
    unread = {f"notes/{number}.md": f"see {secret.text}" for number, secret in enumerate(secrets.values())}
    for name, text in {**private, **plain, **unread}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text + "\n")
    (root / "train.py").write_text(TRAIN.format(key=secrets["OpenAI"].value, files=[*private, *plain]))
    (root / "changed.py").write_text("x = 1\n")
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "-m", "all of it")
    lines = "\n".join(f"# {secret.text}" for secret in secrets.values())
    (root / "changed.py").write_text(f"x = 2\n{lines}\n")
    git(root, "add", "changed.py")
    variables = {name: secrets[kind].value for name, kind in VARIABLES.items()}
    for name in ("DATABASE", "MLFLOW_TRACKING_URI", "TORCH_HOME", "JAX_REMOTE"):
        variables[name] = "https" + secrets[VARIABLES[name]].text.partition("=https")[2] if name.startswith("ML") else (
            "https://" + secrets[VARIABLES[name]].text.partition("://")[2]
        )  # fmt: skip
    return replace(builder, variables=variables)


def words() -> list[str]:
    """Return a command's words with a secret in each."""
    secrets = planted()
    return [
        "--token", secrets["GitHub classic"].value, secrets["password option"].text,
        "-u", "ada:" + secrets["YAML"].value, "--header", secrets["basic auth header"].text,
        f"--db={secrets['database'].text}", secrets["JSON web token"].text,
        "--password", secrets["pypirc password"].value, *(secret.text for secret in secrets.values()),
    ]  # fmt: skip


def forms(value: str) -> set[bytes]:
    """Return what a secret looks like as it is, in base64, and in an address."""
    raw = value.encode()
    return {raw, base64.b64encode(raw).rstrip(b"=")[:-1], urllib.parse.quote(value, safe="").encode()}


def found_in(data: bytes) -> list[str]:
    """Return which secrets are in some bytes."""
    kinds = {form: kind for kind, secret in planted().items() for form in forms(secret.value)}
    pattern = re2.compile(b"|".join(re2.escape(form) for form in sorted(kinds, key=len, reverse=True)))
    return sorted({kinds[match.group()] for match in pattern.finditer(data)})


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def test_the_search_would_find_each_secret() -> None:
    secrets = planted()
    assert len(secrets) >= 30
    text = "".join(f" {secret.text} " for secret in secrets.values()).encode()
    assert found_in(text) == sorted(secrets)


def test_nothing_secret_is_stored_shown_or_baked_in(project: Shell, bare_python: str, tmp_path: Path) -> None:
    recorded = project.reproof("run", "--", bare_python, "train.py", *words())
    assert recorded.code == 0, recorded.err[-2000:]
    identity = project.runs()[0]["id"]
    context, report = tmp_path / "context", tmp_path / "report.html"
    answers: list[Answer] = [
        project.reproof("ls"), project.reproof("show", identity), project.reproof("show", "--json", identity),
        project.reproof("plan", identity), project.reproof("plan", "--dockerfile", identity),
        project.reproof("build", "--context", str(context), identity),
        project.reproof("verify", "--report", str(report), identity),
        project.reproof("export", identity, "--source", str(tmp_path / "source")),
        project.reproof("capture", "--json", "--", bare_python, "train.py", *words()),
    ]  # fmt: skip
    assert [answer.code for answer in answers[:6]] == [0] * 6, answers
    shown = {f"answer {number}": answer.out + answer.err for number, answer in enumerate(answers)}
    leaks = {name: found for name, text in shown.items() if (found := found_in(text.encode()))}
    leaks |= {
        str(path): found
        for folder in (project.store, context, tmp_path / "source", report)
        for path in ([folder] if folder.is_file() else files(folder))
        if (found := found_in(path.read_bytes()))
    }
    assert leaks == {}


def test_what_was_left_out_is_told_and_the_rest_is_there(project: Shell, bare_python: str) -> None:
    snapshot = project.record(bare_python, "train.py", *words())
    root = project.cwd
    told = {gap["what"] for gap in snapshot["gaps"]}
    assert f"a secret in {root}/train.py, line 2" in told
    assert {f"{root}/{name} is not kept" for name in PRIVATE_FILES} <= told
    assert {f"{root}/outputs/state.bin is not kept", f"{root}/metrics.json is not kept"} <= told
    kept = {Path(file["path"]).name for file in snapshot["source"]["files"]}
    assert {"train.py", "changed.py"} <= kept and not kept & {Path(name).name for name in PRIVATE_FILES}
    assert snapshot["source"]["git"]["remote"] == "https://<redacted>@host/x.git"
