"""Finds secrets in bytes: by shape, by the name that they are given to, and those known by value."""

from __future__ import annotations

import base64
import functools
import re
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import re2

from reproof.capture.secret_shapes import ASSIGNED, COMMON, ENDINGS, PLACED, PREFIXED

SHORTEST_KNOWN = 6
"""Characters; a shorter secret would be found in half of all words."""
MEMORY = 64 << 20
"""Bytes that RE2 may use for its automaton; with less, it falls back to a slower way."""

WORD = re.compile(r"[A-Za-z_]+")
DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
PATH = re.compile(r"(?:[.~]{0,2}/|[A-Za-z]:\\)?[\w. -]+(?:[/\\][\w. -]+)*")
PLACEHOLDER = re.compile(
    r"(?i)[<\[{$%*]|\.\.\.|(none|null|true|false|nil|undefined)$|your|my[-_]|example|placeholder|redacted|dummy|x{4,}|sha\d+:"
)
TOKEN = re.compile(r"[\w./+=~:-]{12,}")
"""What a value given to a `token` must look like; in machine learning, most tokens are words."""


def compile_shapes(pattern: bytes) -> Any:
    """Return a pattern for RE2, with room for its automaton."""
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    return re2.compile(pattern, options)


SHAPES = compile_shapes(b"|".join((*PREFIXED, *PLACED)))
NAMES = compile_shapes(ASSIGNED)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a secret is: from `start` up to `end`, in bytes; `name` is what it is given to, if it was found by that."""

    start: int
    end: int
    name: str = ""


def by_shape(data: bytes) -> Iterator[Span]:
    """Yield secrets that are known by their own shape or by what stands around them."""
    for match in SHAPES.finditer(data):
        value = match.group(match.lastindex).decode("latin-1")
        if is_strong(value):
            yield Span(*match.span(match.lastindex))


def is_strong(value: str) -> bool:
    """Say whether a value that has the shape of a token is one, and not a name such as `sk-toggleable__content`."""
    if value.startswith(("sk-", "rk-")):
        return len(re.findall(r"\d", value)) >= 2 and re.search(r"[A-Za-z]{3}", value[3:]) is not None and (
            re.search(r"[A-Z]", value) is not None or re.search(r"[0-9a-z]{32}", value) is not None
        )  # fmt: skip
    return len(set(value)) > 3 and not COMMON.fullmatch(value) and not re.search(r"[${<]|%\(", value)


def by_name(data: bytes, code: bool) -> Iterator[Span]:
    """Yield values that are given to a name that promises a secret."""
    for match in NAMES.finditer(data):
        name, suffix, double, single, bare, call = match.groups()
        value = double or single or bare
        group = 3 if double else 4 if single else 5
        if bare and (call or (code and is_expression(data, match.start(5), bare))):
            continue
        whole = (name + (suffix or b"")).decode("latin-1")
        if is_secret(whole.lower(), value.decode("latin-1"), bool(bare)):
            yield Span(match.start(group), match.end(group), whole)


def is_expression(data: bytes, start: int, value: bytes) -> bool:
    """Say whether a bare value in code is an expression: not in a comment, and none that begins like 4xYz."""
    line = data[data.rfind(b"\n", 0, start) + 1 : start]
    return b"#" not in line and re.fullmatch(rb"[\d._]+([eE][+-]?\d+)?|\D.*", value, re.DOTALL) is not None


def is_secret(name: str, value: str, bare: bool) -> bool:
    """Say whether a value is a secret, judged by the name that it is given to."""
    words = re.split(r"[_.-]+", name)
    if words[-1] in ENDINGS or name.endswith(("bypass", "compass")) or " " in value:
        return False
    if PLACEHOLDER.match(value) or COMMON.fullmatch(value) or "{" in value:
        return False
    mixed = re.search(r"\d", value) is not None and re.search(r"[A-Za-z]", value) is not None
    if re.search("pass|pwd", name) and not re.search("key|token", name):
        return not (bare and (WORD.fullmatch(value) or DOTTED.fullmatch(value))) and re.search(r"\w", value) is not None
    if not mixed or (PATH.fullmatch(value) and ("." in value or "/" in value) and len(value) < 30):
        return False
    return TOKEN.fullmatch(value) is not None if "token" in name else len(value) >= 8


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that touch or overlap as one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def by_value(data: bytes, known: frozenset[str]) -> Iterator[Span]:
    """Yield where one of the known secrets stands, in any spelling."""
    pattern = known_pattern(known)
    for match in pattern.finditer(data) if pattern is not None else ():
        yield Span(*match.span())


@functools.lru_cache(maxsize=8)
def known_pattern(known: frozenset[str]) -> Any:
    """Return a pattern that finds each value as it is, in base64 at any offset, and quoted for an address."""
    forms = {form for value in known if len(value) >= SHORTEST_KNOWN for form in spellings(value)}
    if not forms:
        return None
    return compile_shapes(b"|".join(re2.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form))))


def spellings(value: str) -> Iterator[bytes]:
    """Yield the forms in which a value may stand in a text."""
    raw = value.encode("utf-8", "surrogateescape")
    yield raw
    yield urllib.parse.quote(raw, safe="").encode()
    yield urllib.parse.quote_plus(raw).encode()
    if len(raw) >= 2 * SHORTEST_KNOWN:
        for offset in range(3):  # what stands before it shifts the bits; the ends mix with its neighbours
            encoded = base64.b64encode(b"\0" * offset + raw)
            inner = encoded[0 if not offset else offset + 1 : len(encoded) - (4 if encoded.endswith(b"=") else 0)]
            yield inner
            yield inner.translate(bytes.maketrans(b"+/", b"-_"))
