"""What all documents share: frozen values, canonical JSON, and an identity that is the digest of their bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Frozen(BaseModel):
    """An immutable value; unknown keys are an error, so that a document never loses meaning in silence."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        ser_json_inf_nan="strings",
        protected_namespaces=(),
    )


class Gap(Frozen):
    """Something that could not be learned; it travels to the verdict and is printed."""

    what: str
    why: str
    effect: str


class Blob(Frozen):
    """Bytes kept in the store under their digest (`sha256:<hex>`); size in bytes."""

    digest: str
    size: int


class Document(Frozen):
    """A stored value. Its id is the sha256 of its canonical JSON, in hexadecimal."""

    SCHEMA: ClassVar[str]
    schema_: str = Field(default="", alias="schema")

    def model_post_init(self, context: Any, /) -> None:
        """Fill in the schema name, or refuse a document of another kind or version.

        Raises:
            ValueError: the document says that it is something else.
        """
        if not self.schema_:
            object.__setattr__(self, "schema_", self.SCHEMA)
        elif self.schema_ != self.SCHEMA:
            raise ValueError(f"this is a {self.schema_} document, expected {self.SCHEMA}")

    def members(self) -> list[bytes]:
        """Return the members of the canonical JSON in order, each as `"name":value`."""
        plain = json.loads(self.model_dump_json(by_alias=True))
        return [f"{CANONICAL.encode(name)}:{CANONICAL.encode(plain[name])}".encode() for name in sorted(plain)]

    def canonical(self) -> bytes:
        """Return the document as JSON with sorted keys and no white space: the bytes that are stored and hashed."""
        return b"{" + b",".join(self.members()) + b"}"

    @property
    def id(self) -> str:
        """The sha256 of `canonical()`, in hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a document back.

        Raises:
            pydantic.ValidationError: the bytes are not such a document; the error names the failing path.
        """
        return cls.model_validate_json(data)
