"""What failures of the engine, of a registry and of the way to them mean to a user."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager

import docker.errors
import requests
import urllib3

from reproof.errors import BuildError, EngineError

LOST = (
    requests.exceptions.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    docker.errors.DockerException,
    docker.errors.StreamParseError,
    OSError,
)
"""What the SDK lets through when the engine goes away while it is asked."""

UNKNOWN = ("not found", "manifest unknown", "name unknown", "no such image")
LOCKED = ("no basic auth credentials", "unauthorized", "authentication required", "denied")
UNREACHABLE = ("connection refused", "no such host", "timeout", "timed out", "unreachable", "eof", "connection reset",
               "deadline exceeded", "misbehaving")  # fmt: skip
UNTRUSTED = ("x509", "certificate", "http response to https")


@contextmanager
def engine_answers(where: str) -> Iterator[None]:
    """Turn what the SDK raises inside the block into an EngineError that names the engine at `where`."""
    try:
        yield
    except docker.errors.APIError as error:
        raise EngineError(f"the engine at {where} refused: {explanation(error)}", "its own log may say more") from error
    except LOST as error:
        raise lost(where, error) from error


def lost(where: str, error: Exception | None = None) -> EngineError:
    """Return the error for an engine that went away."""
    reason = f": {first_line(str(error))}" if error and str(error) else ""
    return EngineError(
        f"the engine at {where} stopped answering{reason}",
        "nothing half-made was kept: start the engine again (`scripts/engine`) and repeat the command",
    )


def explanation(error: docker.errors.APIError) -> str:
    """Return the engine's own words."""
    return str(error.explanation or error).strip()


def registry_error(reference: str, words: str) -> BuildError:
    """Return the error for an image that could not be had from its registry.

    Args:
        reference: the image's name, with its digest or tag.
        words: what the engine said.
    """
    registry, said = registry_of(reference), words.lower()
    if any(word in said for word in UNTRUSTED):
        return BuildError(
            f"the registry {registry} cannot be trusted, so {reference} was not fetched: {first_line(words)}",
            "give the engine the registry's certificate authority, or declare it insecure in the engine's settings",
        )
    if any(word in said for word in LOCKED):
        return BuildError(
            f"the registry {registry} wants a password for {reference}: {first_line(words)}",
            f"run `docker login {registry}`, or choose another registry",
        )
    if any(word in said for word in UNKNOWN):
        return BuildError(
            f"the registry {registry} has no {reference}: {first_line(words)}",
            "the image may have been deleted; resolve again, or choose another registry",
        )
    if any(word in said for word in UNREACHABLE):
        return BuildError(
            f"the registry {registry} cannot be reached, so {reference} was not fetched: {first_line(words)}",
            "check the network and the engine's proxy settings, or choose another registry",
        )
    return BuildError(
        f"{reference} could not be fetched from {registry}: {first_line(words)}", "the engine's log may say more"
    )


def registry_of(reference: str) -> str:
    """Return the registry that an image's name leads to, as the user would type it."""
    first, slash, _ = reference.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first
    return "that the engine uses by default"


def first_line(words: str) -> str:
    """Return the first line that says something."""
    return next((line.strip() for line in words.splitlines() if line.strip()), "no reason given")
