"""Image names: registry, repository, tag and digest, as Docker writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from reproof.errors import UsageError

REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*")
TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])(:\d+)?")


@dataclass(frozen=True)
class Reference:
    """An image name. `registry` is None where the engine's default is meant."""

    registry: str | None
    repository: str
    tag: str | None = None
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read `[registry/]repository[:tag][@digest]`.

        Raises:
            UsageError: it is not an image name.
        """
        name, _, digest = text.partition("@")
        first, slash, rest = name.partition("/")
        is_registry = slash and ("." in first or ":" in first or first == "localhost")
        registry, name = (first, rest) if is_registry else (None, name)
        repository, _, tag = name.partition(":")
        valid = (
            REPOSITORY.fullmatch(repository)
            and (not tag or TAG.fullmatch(tag))
            and (not digest or DIGEST.fullmatch(digest))
        )
        if not valid or name.endswith(":") or text.endswith("@"):
            raise UsageError(f"{text!r} is not an image name", "write [registry/]repository[:tag][@sha256:digest]")
        return cls(registry, repository, tag or None, digest or None)

    def on(self, registry: str | None) -> Reference:
        """Return the same image on another registry, unless this one names its own."""
        return self if self.registry or not registry else replace(self, registry=registry)

    @property
    def wanted(self) -> str:
        """What to ask a registry for: the digest if there is one, else the tag, `latest` if none is given."""
        return self.digest or self.tag or "latest"

    @property
    def is_local(self) -> bool:
        """Whether the registry is on this machine: only such a one is spoken to without encryption."""
        return LOOPBACK.fullmatch(self.registry or "") is not None

    @property
    def base_url(self) -> str:
        """The registry's address."""
        return f"{'http' if self.is_local else 'https'}://{self.registry}"

    def __str__(self) -> str:
        name = f"{self.registry}/{self.repository}" if self.registry else self.repository
        return name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")
