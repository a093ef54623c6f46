"""Asks image registries for the digest of a name, over the OCI distribution API or through the engine."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import docker.errors
import httpx
import requests

from reproof.adapters.registry_reference import Reference
from reproof.model.resolution import ImageLookup

ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
TIMEOUT = httpx.Timeout(10.0, connect=3.0)
CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


class DistributionInspector(Protocol):
    """The engine's own look at a registry (`docker.APIClient`): it knows the default one and its log-ins."""

    def inspect_distribution(self, image: str) -> dict[str, Any]: ...


class RegistryClient:
    """Looks up images.

    Args:
        registry: `host:port` where bare names are looked for; None leaves them to the engine and its default.
        engine: who is asked about the engine's default registry; None where there is no engine.
        accounts: user and password by registry, see `docker_accounts`.
    """

    def __init__(
        self,
        registry: str | None = None,
        engine: DistributionInspector | None = None,
        accounts: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self._registry = registry
        self._engine = engine
        self._accounts = accounts or {}

    def lookup(self, reference: str) -> ImageLookup:
        """Return the digest that a name stands for now, or why it has none. Its `reference` names the registry.

        Raises:
            UsageError: it is not an image name.
        """
        name = Reference.parse(reference).on(self._registry)
        if name.registry is None:
            return self._ask_engine(name)
        try:
            return self._ask_registry(name)
        except httpx.TimeoutException:
            return _unreachable(name, f"the registry at {name.registry} gives no answer in time")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _unreachable(name, f"the registry at {name.registry} cannot be reached: {error}")

    def _ask_registry(self, name: Reference) -> ImageLookup:
        url = f"{name.base_url}/v2/{name.repository}/manifests/{name.wanted}"
        headers = {"Accept": ACCEPT}
        # A proxy that leads outside does not lead back to this machine.
        with httpx.Client(timeout=TIMEOUT, follow_redirects=True, trust_env=not name.is_local) as client:
            response = client.get(url, headers=headers)
            if response.status_code == 401:
                proof = self._authorization(client, name, response.headers.get("WWW-Authenticate", ""))
                if proof is not None:
                    response = client.get(url, headers={**headers, "Authorization": proof})
        if response.status_code in (401, 403):
            known = name.registry in self._accounts
            return _refused(name, "does not accept the user and password" if known else "wants a user and password")
        if response.status_code == 404:
            return ImageLookup(reference=str(name), digest=None, error=f"the registry at {name.registry} has no {name}")
        if response.status_code != 200:
            return _refused(name, f"answers {response.status_code} {response.reason_phrase}")
        found = f"sha256:{hashlib.sha256(response.content).hexdigest()}"
        if name.digest not in (None, found):
            return _refused(name, f"sent a manifest whose digest is {found}, not the one that was asked for")
        return ImageLookup(reference=str(name), digest=found)

    def _authorization(self, client: httpx.Client, name: Reference, challenge: str) -> str | None:
        """Return the header that answers a challenge; None if we have nothing to answer with."""
        scheme, _, details = challenge.partition(" ")
        account = self._accounts.get(name.registry or "")
        if scheme.lower() == "basic":
            return _basic(account) if account else None
        if scheme.lower() != "bearer":
            return None
        fields = dict(CHALLENGE.findall(details))
        realm = fields.pop("realm", "")
        if urlsplit(realm).scheme not in ("http", "https"):
            return None
        fields.setdefault("scope", f"repository:{name.repository}:pull")
        wanted = {key: fields[key] for key in ("service", "scope") if key in fields}
        # A password goes to no place that is less safe than the registry itself.
        safe = urlsplit(realm).scheme == "https" or name.is_local
        response = client.get(
            realm, params=wanted, headers={"Authorization": _basic(account)} if account and safe else {}
        )
        try:
            answer = response.json() if response.status_code == 200 else {}
        except ValueError:
            return None
        token = answer.get("token") or answer.get("access_token")
        return f"Bearer {token}" if token else None

    def _ask_engine(self, name: Reference) -> ImageLookup:
        if self._engine is None:
            return _unreachable(name, "no engine answers that knows a registry, and none is set (REPROOF_REGISTRY)")
        try:
            answer = self._engine.inspect_distribution(str(name))
            return ImageLookup(reference=str(name), digest=answer["Descriptor"]["digest"])
        except docker.errors.APIError as error:
            text = str(error.explanation or error)
            if error.status_code in (401, 403):
                return ImageLookup(reference=str(name), digest=None, error=f"the engine's registry refuses: {text}")
            if error.status_code == 404 or "not found" in text or "manifest unknown" in text:
                return ImageLookup(reference=str(name), digest=None, error=f"the engine's registry has no {name}")
            return _unreachable(name, f"the engine cannot reach its registry: {text}")
        except (docker.errors.DockerException, requests.RequestException, KeyError) as error:
            return _unreachable(name, f"the engine gives no answer about {name}: {error}")


def docker_accounts(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return user and password by registry, as `docker login` left them in the user's configuration."""
    folder = Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME") or Path.home()) / ".docker")
    accounts: dict[str, tuple[str, str]] = {}
    try:
        entries = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("auths", {})
        for address, entry in entries.items():
            user, colon, password = base64.b64decode(entry.get("auth", "")).decode().partition(":")
            if colon:
                accounts[address.partition("://")[2].partition("/")[0] or address] = (user, password)
    except (OSError, ValueError, AttributeError, binascii.Error):
        # A configuration that Docker itself could not read holds no log-in either.
        return accounts
    return accounts


def _basic(account: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(account).encode()).decode()


def _refused(name: Reference, what: str) -> ImageLookup:
    return ImageLookup(reference=str(name), digest=None, error=f"the registry at {name.registry} {what}")


def _unreachable(name: Reference, why: str) -> ImageLookup:
    return ImageLookup(reference=str(name), digest=None, error=why, reachable=False)
