"""What it takes to be let in at a package index: the certificates and the accounts of the user's pip configuration."""

from __future__ import annotations

import netrc
import ssl
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import certifi
import httpx

from reproof.adapters.pip_config import PipConfig
from reproof.errors import ResolveError


class Accounts:
    """Users and passwords: from the addresses in pip's configuration, or else from .netrc."""

    def __init__(self, config: PipConfig) -> None:
        self._given = _given(config)
        self._netrc = _read_netrc(config.netrc)

    def auth(self, url: httpx.URL) -> httpx.Auth | None:
        """Return what to log in with at an address; None where it says so itself, or no account is known."""
        if url.userinfo:
            # httpx itself takes what the URL holds.
            return None
        account = self._given.get(url.netloc.decode().rpartition("@")[2])
        if account is None and self._netrc is not None and (found := self._netrc.authenticators(url.host)):
            account = (found[0] or found[1] or "", found[2] or "")
        return httpx.BasicAuth(*account) if account else None


@lru_cache
def tls_context(cert: str | None, client_cert: str | None = None) -> ssl.SSLContext:
    """Return a context that trusts the given authorities, or else the system's and the usual public ones.

    Raises:
        ResolveError: a certificate file cannot be read.
    """
    try:
        if cert is None:
            context = ssl.create_default_context()
            context.load_verify_locations(certifi.where())
        else:
            folder = Path(cert).is_dir()
            context = ssl.create_default_context(cafile=None if folder else cert, capath=cert if folder else None)
        if client_cert is not None:
            context.load_cert_chain(client_cert)
    except OSError as error:
        raise ResolveError(
            f"the certificates that pip is configured with cannot be read ({client_cert or cert}): {error}",
            "mend `cert` or `client-cert` in pip's configuration",
        ) from error
    return context


def no_checks() -> ssl.SSLContext:
    """Return a context that believes every host, for those that pip is told to trust."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _given(config: PipConfig) -> dict[str, tuple[str, str]]:
    """Return user and password by host (and port): an index often serves its files from the same host."""
    accounts = {}
    for url in (*config.indexes, *config.find_links):
        userinfo, _, host = urlsplit(url).netloc.rpartition("@")
        if userinfo:
            user, _, password = userinfo.partition(":")
            accounts[host] = (unquote(user), unquote(password))
    return accounts


def _read_netrc(path: Path | None) -> netrc.netrc | None:
    if path is None:
        return None
    try:
        return netrc.netrc(path)
    except (OSError, netrc.NetrcParseError):
        # pip goes on without it as well; an index that wants a password will say so.
        return None
