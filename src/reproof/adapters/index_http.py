"""HTTP to package indexes as the user's pip would speak it: proxies, time-outs, further tries, and clear failures."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import httpx

from reproof.adapters.index_access import Accounts, no_checks, tls_context
from reproof.adapters.pip_config import PipConfig
from reproof.errors import ResolveError

CONNECT_TIMEOUT_S = 10.0
LOOK_UP_TIMEOUT_S = 60.0
"""The longest wait for a page or a part of a wheel: pip's own time-out is often raised for large downloads."""
PASSING_TROUBLE = (429, 502, 503, 504)
TRIES = 3
PAUSE_S = 0.3
CONNECTIONS = 16


class IndexFailure(ResolveError):
    """An index gave no answer, or one that is an error.

    Args:
        host: the host that was asked.
        cause: what happened, in words.
        status: the HTTP status; None when there was no answer at all.
    """

    def __init__(self, host: str, cause: str, status: int | None = None) -> None:
        super().__init__(f"the package index at {host} failed: {cause}", _advice(status))
        self.host = host
        self.cause = cause
        self.status = status


def _advice(status: int | None) -> str:
    if status in (401, 403):
        return "check the user and password in pip's configuration or in .netrc"
    if status is None:
        return "check the network and pip's configuration (`pip config debug`)"
    return "try again later"


class Connection:
    """Clients for all places of a configuration. Thread-safe. A host that cannot be reached is asked only once."""

    def __init__(self, config: PipConfig) -> None:
        self._config = config
        self._accounts = Accounts(config)
        self._down: dict[str, str] = {}
        self._aborted = False
        self._verified = self._client(tls_context(config.cert, config.client_cert))
        self._trusting = self._client(no_checks()) if config.trusted_hosts else self._verified

    def abort(self) -> None:
        """End every download under way at its next piece; there will be no others."""
        self._aborted = True

    def close(self) -> None:
        """Close all connections."""
        self._verified.close()
        self._trusting.close()

    def get(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """Return the answer, read in full; any status below 400, and 404, 406, 410 and 416, is an answer.

        Raises:
            IndexFailure: no answer, or another error status.
        """
        with self.stream(url, headers) as response:
            self.read(response)
            return response

    def read(self, response: httpx.Response) -> bytes:
        """Return the body of a streamed answer. Raises IndexFailure if it breaks off."""
        with _failures(response.url):
            return response.read()

    def chunks(self, response: httpx.Response) -> Iterator[bytes]:
        """Yield the body of a streamed answer as it was sent. Raises IndexFailure if it breaks off."""
        with _failures(response.url):
            for chunk in response.iter_raw():
                if self._aborted:
                    raise IndexFailure(response.url.host, "the download was stopped")
                yield chunk

    @contextmanager
    def stream(self, url: str, headers: Mapping[str, str], patient: bool = False) -> Iterator[httpx.Response]:
        """Yield the answer as soon as its headers are in; `patient` waits as long as pip would. Raises as `get`."""
        target = httpx.URL(url)
        if cause := self._down.get(target.host):
            raise IndexFailure(target.host, cause)
        with ExitStack() as stack:
            response = self._send(target, headers, patient)
            stack.callback(response.close)
            if response.status_code >= 400 and response.status_code not in (404, 406, 410, 416):
                status = response.status_code
                raise IndexFailure(response.url.host, f"{status} {response.reason_phrase}".strip(), status)
            yield response

    def _send(self, url: httpx.URL, headers: Mapping[str, str], patient: bool) -> httpx.Response:
        longest = self._config.timeout_s if patient else min(self._config.timeout_s, LOOK_UP_TIMEOUT_S)
        timeout = httpx.Timeout(longest, connect=min(longest, CONNECT_TIMEOUT_S))
        client = self._trusting if _is_trusted(url, self._config.trusted_hosts) else self._verified
        for attempt in range(TRIES):
            request = client.build_request("GET", url, headers=dict(headers), timeout=timeout)
            try:
                with _failures(url):
                    response = client.send(request, auth=self._accounts.auth(url), stream=True)
            except IndexFailure as failure:
                if isinstance(failure.__cause__, httpx.ConnectError | httpx.ConnectTimeout):
                    self._down[url.host] = failure.cause
                    raise
                if attempt == TRIES - 1 or isinstance(failure.__cause__, httpx.TimeoutException):
                    raise
            else:
                if response.status_code not in PASSING_TROUBLE or attempt == TRIES - 1:
                    return response
                response.close()
            time.sleep(PAUSE_S * 2**attempt)
        raise AssertionError("the last try returns or raises")

    def _client(self, verify: ssl.SSLContext) -> httpx.Client:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)

        def transport(proxy: str | None) -> httpx.HTTPTransport:
            return httpx.HTTPTransport(verify=verify, proxy=proxy, limits=limits, retries=1)

        mounts = {pattern: transport(proxy) for pattern, proxy in self._config.proxies}
        return httpx.Client(transport=transport(None), mounts=mounts, follow_redirects=True, trust_env=False)


def _is_trusted(url: httpx.URL, hosts: tuple[str, ...]) -> bool:
    return url.host in hosts or url.netloc.decode() in hosts


@contextmanager
def _failures(url: httpx.URL) -> Iterator[None]:
    """Turn what httpx raises into an IndexFailure."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise IndexFailure(url.host, f"no answer in time ({type(error).__name__})") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise IndexFailure(url.host, str(error) or type(error).__name__) from error
