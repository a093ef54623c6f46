"""Takes secrets out of what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reproof.capture.secret_finding import Span, by_name, by_shape, by_value, merge
from reproof.capture.secret_shapes import ENDINGS, OPTION

REDACTED = "<redacted>"


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes secrets out of what is kept.

    `known` are secrets of this run, by value: they are found in any spelling. `allowed` are patterns of what the user
    says is none: its value, the name that it is given to, or the path of the file that it is in.
    """

    known: frozenset[str] = frozenset()
    allowed: tuple[str, ...] = ()

    def find(self, data: bytes, code: bool = False) -> tuple[Span, ...]:
        """Return where the secrets are, in order and without overlap.

        Args:
            data: text in any encoding that extends ASCII, or anything else.
            code: whether it is a program, in which a bare word after `=` is an expression and no secret.
        """
        return merge((*self.find_strict(data), *self._refused(by_name(data, code), data)))

    def find_strict(self, data: bytes) -> tuple[Span, ...]:
        """Return where the secrets are that no other bytes look like: what to look for in anything but text."""
        return merge(self._refused((*by_shape(data), *by_value(data, self.known)), data))

    def _refused(self, spans: Iterable[Span], data: bytes) -> Iterable[Span]:
        """Return what was found without what is allowed."""
        if not self.allowed:
            return spans
        return [
            span for span in spans if not self.allows(data[span.start : span.end].decode(errors="replace"), span.name)
        ]

    def allows(self, value: str, name: str = "") -> bool:
        """Say whether the user allows a value, or the name that it is given to; case counts in values alone."""
        return any(fnmatchcase(value, p) or fnmatchcase(name.lower(), p.lower()) for p in self.allowed)

    def allows_file(self, path: str) -> bool:
        """Say whether the user allows what is in a file: by its path, or the end of that."""
        return any(fnmatchcase(f"/{path.lstrip('/')}", f"*/{pattern.lstrip('/')}") for pattern in self.allowed)

    def data(self, data: bytes, code: bool = False) -> bytes:
        """Return bytes with each secret replaced; the number of lines stays."""
        return replace(data, self.find(data, code))

    def text(self, text: str) -> str:
        """Return text with each secret replaced."""
        return self.data(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def text_strict(self, text: str) -> str:
        """Return text without what nothing else looks like."""
        data = text.encode("utf-8", "surrogateescape")
        return replace(data, self.find_strict(data)).decode("utf-8", "surrogateescape")

    def words(self, argv: Iterable[str]) -> tuple[str, ...]:
        """Return a command line in which the value after an option such as `--token` is replaced, too."""
        words: list[str] = []
        previous = ""
        for word in argv:
            secret = is_value(previous, word) and not self.allows(word, previous.lstrip("-"))
            words.append(REDACTED if secret else self.text(word))
            previous = word
        return tuple(words)


def replace(data: bytes, spans: Iterable[Span]) -> bytes:
    """Return bytes with each span replaced, and as many lines as before."""
    parts: list[bytes] = []
    end = 0
    for span in spans:
        lines = data.count(b"\n", span.start, span.end)
        parts += [data[end : span.start], REDACTED.encode(), b"\n" * lines]
        end = span.end
    return b"".join((*parts, data[end:]))


def is_value(previous: str, word: str) -> bool:
    """Say whether a word of a command line is the secret value of the option before it."""
    if previous in ("-u", "--user") and ":" in word:
        return True
    if word.startswith("--") or not re.fullmatch(OPTION, previous, re.IGNORECASE):
        return False
    return not ENDINGS & set(re.split(r"[_-]", previous.lower())[-1:])


def option_values(argv: Iterable[str]) -> Iterator[str]:
    """Yield the values of a command line that are secrets by the option before them."""
    previous = ""
    for word in argv:
        if is_value(previous, word):
            yield word
        previous = word
