"""Secrets of every kind, made up: none of them opens anything. They are put together here, so that no file that is
committed holds the shape of one."""

from __future__ import annotations

import base64
import functools
import hashlib
import string
from dataclasses import dataclass

LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Planted:
    """A secret, and the text in which it is usually found."""

    value: str
    text: str


def filler(seed: str, length: int, alphabet: str = LETTERS) -> str:
    """Return characters that look like chance and are always the same."""
    stream = b"".join(hashlib.sha512(f"{seed}{n}".encode()).digest() for n in range(1 + length // 64))
    return "".join(alphabet[byte % len(alphabet)] for byte in stream[:length])


def pem(kind: str) -> Planted:
    """Return a private key; its value is the second line of its body."""
    lines = [filler(f"{kind}{n}", 64) for n in range(5)]
    body = "\n".join(lines)
    return Planted(lines[1], f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----")


@functools.cache
def planted() -> dict[str, Planted]:
    """Return the secrets by what they are."""
    hexa = "0123456789abcdef"

    def token(kind: str, prefix: str, length: int, alphabet: str = LETTERS, template: str = "{}") -> Planted:
        value = prefix + filler(kind, length, alphabet)
        return Planted(value, template.format(value))

    jwt = ".".join(["eyJ" + filler("jwt1", 30), "eyJ" + filler("jwt2", 60), filler("jwt3", 43)])
    gcp = pem("PRIVATE KEY")
    basic = base64.b64encode(b"ada:" + filler("basic", 12).encode()).decode()
    return {
        "AWS access key": token("aws", "AKIA", 16, string.ascii_uppercase + string.digits),
        "AWS secret key": token("awssec", "", 40, LETTERS, "aws_secret_access_key = {}"),
        "GCP service account": Planted(gcp.value, '{{"private_key": "{}"}}'.format(gcp.text.replace("\n", "\\n"))),
        "Google API key": token("goog", "AIza", 35),
        "Azure storage": token("az", "", 86, LETTERS, "DefaultEndpointsProtocol=https;AccountKey={}==;"),
        "Azure SAS": token("sas", "", 44, LETTERS, "https://x.blob.core/c?sv=2024&sig={}"),
        "Entra client secret": Planted(
            "abc8Q~" + filler("entra", 34), f"client_secret: abc8Q~{filler('entra', 34)}"
        ),
        "GitHub classic": token("gh", "ghp_", 36),
        "GitHub fine-grained": token("ghf", "github_pat_", 82),
        "GitLab": token("gl", "glpat-", 20),
        "Hugging Face": token("hf", "hf_", 34),
        "OpenAI": token("oai", "sk-proj-", 64),
        "Anthropic": token("ant", "sk-ant-api03-", 93),
        "Slack token": token("slack", "xoxb-", 40),
        "Slack webhook": token("hook", "T0A/B0A/", 24, LETTERS, "https://hooks.slack.com/services/{}"),
        "Stripe": token("stripe", "sk_live_", 24),
        "Twilio": token("twilio", "SK", 32, hexa),
        "SendGrid": Planted(
            f"SG.{filler('sg', 22)}.{filler('sg2', 43)}", f"SG.{filler('sg', 22)}.{filler('sg2', 43)}"
        ),
        "npm token": token("npm", "npm_", 36, LETTERS, "//registry/:_authToken={}"),
        "npm password": token("npmpw", "", 24, LETTERS, "//registry/:_password={}"),
        "PyPI token": token("pypi", "pypi-AgE", 80),
        "pypirc password": token("pypirc", "", 14, LETTERS, "[private]\nusername = ada\npassword = 7{}"),
        "netrc": token("netrc", "", 40, hexa, "machine api.wandb.ai login user password {}"),
        "pip index password": token("pip", "", 16, LETTERS, "index-url = https://ada:{}@index/simple"),
        "git remote password": token("remote", "", 16, LETTERS, "url = https://ada:{}@host/x.git"),
        "git remote token": token("remote2", "", 40, LETTERS, "url = https://{}@host/x.git"),
        "Docker auth": Planted(basic, f'{{"auths": {{"host": {{"auth": "{basic}"}}}}}}'),
        "kubeconfig": token("kube", "LS0t", 120, LETTERS, "    client-key-data: {}"),
        "JSON web token": Planted(jwt, f"session {jwt}"),
        "RSA key": pem("RSA PRIVATE KEY"),
        "EC key": pem("EC PRIVATE KEY"),
        "OpenSSH key": pem("OPENSSH PRIVATE KEY"),
        "PGP key": pem("PGP PRIVATE KEY BLOCK"),
        "wandb key": token("wandb", "", 40, hexa, "WANDB_API_KEY={}"),
        "MLflow basic auth": token("mlflow", "", 14, LETTERS, "MLFLOW_TRACKING_URI=https://ada:{}@mlflow/"),
        "database": token("db", "", 14, LETTERS, "postgresql+psycopg2://ada:{}@db:5432/x"),
        "Kaggle": token("kaggle", "", 32, hexa, '{{"username":"ada","key":"{}"}}'),
        "basic auth header": token("head", "", 24, LETTERS, "Authorization: Basic {}"),
        "bearer header": token("bear", "", 40, LETTERS, '"Authorization": "Bearer {}"'),
        "password option": token("opt", "", 10, LETTERS, "--password=9{}"),
        "Telegram bot": token("tg", "1234567890:AA", 33),
        "Databricks": token("dbx", "dapi", 32, hexa),
        "age key": token("age", "AGE-SECRET-KEY-1", 58, string.ascii_uppercase + string.digits),
        "dotenv": token("dotenv", "", 20, LETTERS, "export DJANGO_SECRET_KEY='x1{}'"),
        "YAML": token("yaml", "", 16, LETTERS, "database:\n  password: 4{}"),
    }  # fmt: skip
