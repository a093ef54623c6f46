"""Text, and what a run printed: aligned lines; numbers by tolerance; volatile parts listed, not counted."""

from __future__ import annotations

from collections.abc import Sequence

from reproof.compare.align import align
from reproof.compare.evidence import Comparator, Evidence, Findings, Pair, short
from reproof.compare.lines import Line, Parsed, Token, parse_line, split_lines
from reproof.compare.numbers import parse_number


def recognizes(name: str, data: bytes) -> bool:
    """Say whether bytes are UTF-8 text."""
    if b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def compare(pair: Pair) -> Evidence:
    """Return how two texts differ. Bytes that are no UTF-8 are kept apart, never dropped."""
    findings = Findings(pair.rules, "lines")
    texts = pair.original.decode("utf-8", "surrogateescape"), pair.replayed.decode("utf-8", "surrogateescape")
    compare_texts(findings, pair.name, "", texts)
    return findings.evidence()


def compare_texts(findings: Findings, name: str, place: str, texts: tuple[str, str]) -> None:
    """Compare two texts line by line. `name` is what tolerances go by; `place` stands before the lines' numbers."""
    a, b = map(split_lines, texts)
    head, tail = common_ends(a, b)
    left = [parse_line(line, findings.rules.original) for line in a[head : len(a) - tail]]
    right = [parse_line(line, findings.rules.replayed) for line in b[head : len(b) - tail]]
    ended = all(text.endswith("\n") for text in texts)
    findings.compared += head + tail - ended
    added: list[int] = []
    missing: list[int] = []
    for i, j in align(left, right):
        if i is not None and j is not None:
            compare_lines(findings, name, f"{place}line {head + i + 1}", (left[i], right[j]))
        elif i is not None:
            missing.append(i)
        elif j is not None:
            added.append(j)
    second = findings.rules.second
    lost = [(f"{place}line {head + i + 1}", left[i].line) for i in missing]
    name_unpaired(findings, f"missing in {second}", lost)
    name_unpaired(findings, f"only in {second}", [(f"{place}line {head + j + 1}", right[j].line) for j in added])


def common_ends(a: Sequence[Line], b: Sequence[Line]) -> tuple[int, int]:
    """Return how many lines at the beginning, and then at the end, are the same."""
    limit = min(len(a), len(b))
    head = next((n for n in range(limit) if a[n] != b[n]), limit)
    tail = next((n for n in range(limit - head) if a[-1 - n] != b[-1 - n]), limit - head)
    return head, tail


def compare_lines(findings: Findings, name: str, where: str, lines: tuple[Parsed, Parsed]) -> None:
    """Compare two lines that belong together."""
    a, b = lines
    findings.compared += 1
    if a.shape != b.shape:
        findings.value(where, f"{short(a.line.text)!r} -> {short(b.line.text)!r}")
        return
    if a.line.redraws != b.line.redraws:
        findings.changes(where, f"progress in {a.line.redraws + 1} states", f"{b.line.redraws + 1} states")
    before, listed = (findings.differing, findings.within), len(findings.volatile)
    for left, right in zip(a.tokens, b.tokens, strict=True):
        if left.text != right.text:
            compare_tokens(findings, name, where, (left, right))
    findings.differing = min(findings.differing, before[0] + 1)
    findings.within = min(findings.within, before[1] + 1)
    if len(findings.volatile) == listed and a.line.text != b.line.text:
        findings.rewritten = True


def compare_tokens(findings: Findings, name: str, where: str, tokens: tuple[Token, Token]) -> None:
    """Compare two tokens of one kind. Plain text can only differ in white space here, and that is padding."""
    left, right = tokens
    if left.kind == "number":
        x, y = parse_number(left.text), parse_number(right.text)
        if x is None or y is None:
            findings.value(where, f"{short(left.text)} -> {short(right.text)}")
            return
        findings.number(where, findings.rules.tolerance(name), (x, y))
        findings.compared -= 1
    elif left.kind != "text":
        findings.changes(where, left.text, right.text)


def name_unpaired(findings: Findings, what: str, lines: list[tuple[str, Line]]) -> None:
    """Name the lines that only one text has."""
    if lines:
        where, line = lines[0]
        count = "1 line" if len(lines) == 1 else f"{len(lines):,} lines"
        findings.form(where, f"{count} {what}, the first {short(line.text)!r}")


TEXT = Comparator("text", recognizes, compare)
