"""Text as lines that can be aligned: terminal control removed, volatile parts and numbers told from the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reproof.compare.numbers import NUMBER
from reproof.compare.rules import Clock
from reproof.compare.volatile import Span, find_spans

NUMBERS = re.compile(rf"(?<![\w.]){NUMBER}(?![\w.]*\w)")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x08")
"""Colours, cursor moves and backspaces."""
PADDING = re.compile(r"[ \t]*(\0\w+\0)[ \t]*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stood at the end; `redraws` counts the states of a progress bar that it replaced."""

    text: str
    redraws: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a line: a number, something volatile (of a kind), or plain text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A line in tokens. `key` masks what is volatile, `shape` masks numbers as well; white space
    beside a mask is padding to the width of what stood there, and counts as one space."""

    line: Line
    tokens: tuple[Token, ...]
    key: str
    shape: str


def split_lines(text: str) -> list[Line]:
    """Return the lines of a text; of a line that was drawn again and again, the last state."""
    return [settle(raw) for raw in text.replace("\r\n", "\n").split("\n")]


def settle(raw: str) -> Line:
    """Return a line without terminal control; what stood before the last carriage return was overwritten."""
    if "\r" not in raw and "\x1b" not in raw and "\x08" not in raw:
        return Line(raw)
    states = [state for state in CONTROL.sub("", raw).split("\r") if state.strip()]
    return Line(states[-1] if states else "", max(len(states) - 1, 0))


def parse_line(line: Line, clock: Clock) -> Parsed:
    """Return a line in tokens."""
    tokens = tuple(tokenize(line.text, find_spans(line.text, clock)))
    masked = [f"\0{token.kind}\0" if token.kind not in ("text", "number") else token.text for token in tokens]
    shape = [mask if token.kind != "number" else "\0number\0" for mask, token in zip(masked, tokens, strict=True)]
    key, form = (PADDING.sub(r" \1 ", "".join(parts)) for parts in (masked, shape))
    return Parsed(line, tokens, key, form)


def tokenize(text: str, spans: list[Span]) -> Iterator[Token]:
    """Yield the tokens of a line, in order; joined they are the line."""
    end = 0
    for span in spans:
        yield from numbers(text[end : span.start], text[: span.start], text[span.start :])
        yield Token(span.kind, text[span.start : span.end])
        end = span.end
    yield from numbers(text[end:], text, "")


def numbers(part: str, before: str, after: str) -> Iterator[Token]:
    """Yield the numbers of a part of a line, and the text between them. The neighbours decide where a number ends."""
    whole, offset = before + after, len(before) - len(part)
    end = offset
    for match in NUMBERS.finditer(whole, offset, len(before)):
        if match.start() > end:
            yield Token("text", whole[end : match.start()])
        yield Token("number", match.group())
        end = match.end()
    if end < len(before):
        yield Token("text", whole[end : len(before)])
