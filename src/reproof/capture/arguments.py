"""Reads a command line: which words start the program, and what names and values its own words give."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

Scalar = bool | int | float | str | None
Argument = tuple[str, Scalar]

PYTHON = re.compile(r"(python|pypy)[\d.]*$")
PYTHON_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")
SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "fish"})
LAUNCHERS = frozenset({
    "torchrun", "torch.distributed.run", "torch.distributed.launch", "accelerate", "accelerate.commands.launch",
    "deepspeed", "mpirun", "mpiexec", "horovodrun", "srun", "ray", "xgboost",
})  # fmt: skip
"""Programs that start the script several times: their own options matter to the result too."""
WRAPPERS = frozenset({
    "env", "nohup", "nice", "ionice", "time", "timeout", "stdbuf", "setsid", "taskset", "numactl", "xvfb-run", "uv",
    "poetry", "pipenv", "pdm", "hatch", "pixi", "conda", "mamba", "micromamba", "coverage", "sudo",
})  # fmt: skip
"""Programs that start another one and change nothing that it computes."""
SCRIPT = re.compile(r".+\.(py|sh|ipynb)$")
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")
"""A whole number that is the same when it is written again, and that every reader of JSON can hold."""
OVERRIDE = re.compile(r"(?P<sign>\+{0,2}|~)(?P<name>[A-Za-z_][\w./@:-]*)=(?P<value>.*)", re.DOTALL)
"""`optimizer.lr=0.1`, `+new=1`, `~old=`: Hydra's grammar of overrides, and that of many others."""
WORDS = {"true": True, "false": False, "none": None, "null": None}


def read_arguments(argv: Sequence[str]) -> Iterator[Argument]:
    """Yield the names and values of a command line, options without their dashes, other words by place: `[1]`.

    The options of a launcher come first, below its name: `torchrun.nproc_per_node`. A word after an option is taken
    for its value, since only the program knows whether it takes one.
    """
    launcher, options, own = split_command(argv)
    for name, value in named(parse(options)):
        yield f"{launcher}.{name}", value
    yield from named(parse(own))


def split_command(argv: Sequence[str]) -> tuple[str, Sequence[str], Sequence[str]]:
    """Return the launcher's name and options, both empty if there is none, and the words of the program itself."""
    launcher: str = ""
    options: Sequence[str] = ()
    rest = list(argv)
    while rest:
        name, rest = program_of(rest)
        if name in LAUNCHERS or name in WRAPPERS:
            end = next((at for at, word in enumerate(rest) if starts_program(word, rest[at + 1 :])), None)
            if end is None:
                return (launcher, options, rest) if launcher else ("", (), rest)
            if name in LAUNCHERS:
                launcher = name.removeprefix("torch.distributed.").split(".")[0]
                options = [word for word in rest[:end] if word != "launch"]
            rest = rest[end + 1 :] if rest[end] in ("-m", "--module") else rest[end:]
        elif not starts_program(name, ()) or SCRIPT.match(name):
            return launcher, options, rest
    return launcher, options, ()


def program_of(words: list[str]) -> tuple[str, list[str]]:
    """Return what the first words start, and the words after them: a script or module if they start an interpreter."""
    name = PurePosixPath(words[0]).name
    if PYTHON.match(name):
        return after_python(words[1:])
    if name in SHELLS:
        script = next((at for at, word in enumerate(words[1:], 1) if not word.startswith("-")), len(words))
        if "-c" in words[1:script]:
            return "-c", words[script + 1 :]
        return (words[script], words[script + 1 :]) if script < len(words) else ("", [])
    return name, words[1:]


def after_python(words: list[str]) -> tuple[str, list[str]]:
    """Return the script, module or `-c` that an interpreter's words start, and the words after it."""
    at = 0
    while at < len(words):
        word = words[at]
        if word in ("-m", "-c"):
            named = words[at + 1] if word == "-m" and at + 1 < len(words) else word
            return named, words[at + 2 :]
        if not word.startswith("-") or word == "-":
            return word, words[at + 1 :]
        at += 2 if word in PYTHON_WITH_VALUE else 1
    return "", []


def starts_program(word: str, after: Sequence[str]) -> bool:
    """Say whether a word among a launcher's begins what it launches."""
    name = PurePosixPath(word).name
    if word in ("-m", "--module"):
        return bool(after)
    return not word.startswith("-") and bool(
        PYTHON.match(name) or SCRIPT.match(word) or name in SHELLS or name in LAUNCHERS
    )


def parse(words: Sequence[str]) -> Iterator[Argument]:
    """Yield the names and values of words; the name of a word that has none is empty."""
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            yield from (("", typed(other)) for other in words[at:])
            return
        if not is_option(word):
            override = OVERRIDE.fullmatch(word)
            yield (override["name"], typed(override["value"])) if override else ("", typed(word))
            continue
        values = values_after(words, at) if "=" not in word else []
        yield option(word, values)
        at += len(values)


def option(word: str, values: Sequence[str]) -> Argument:
    """Return the name and value of an option: of `--no-x` and nothing after it False, of `--x` True."""
    name, joined, value = word.lstrip("-").partition("=")
    if joined:
        return name, typed(value)
    if values:
        return name, typed(values[0]) if len(values) == 1 else " ".join(values)
    if word.startswith(("--no-", "--no_")):
        return name[3:], False
    short = re.fullmatch(r"-([A-Za-z])(\d[\d.]*)", word)
    return (short[1], typed(short[2])) if short else (name, True)


def values_after(words: Sequence[str], at: int) -> list[str]:
    """Return what follows an option as its value: a word, or as many numbers as follow the first one."""
    first = words[at] if at < len(words) else "--"
    if is_option(first) or first == "--" or (OVERRIDE.fullmatch(first) and "/" not in first.partition("=")[0]):
        return []
    values = [first]
    while NUMBER.fullmatch(first) and at + len(values) < len(words) and NUMBER.fullmatch(words[at + len(values)]):
        values.append(words[at + len(values)])
    return values


def is_option(word: str) -> bool:
    """Say whether a word is an option: a negative number and a single dash are none."""
    return len(word) > 1 and word.startswith("-") and not NUMBER.fullmatch(word)


def named(arguments: Iterator[Argument]) -> Iterator[Argument]:
    """Yield arguments under names of their own: words without one by their place, repeated options numbered."""
    every = list(arguments)
    often = Counter(name for name, _ in every)
    seen: Counter[str] = Counter()
    for name, value in every:
        seen[name] += 1
        if not name:
            yield f"[{seen[name]}]", value
        elif often[name] > 1:
            yield f"{name}[{seen[name] - 1}]", value
        else:
            yield name, value


def typed(text: str) -> Scalar:
    """Return the number, truth value or nothing that a text is; else the text itself.

    A number stays text if writing it again would lose something: `007`, `nan`, one that overflows.
    """
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    if WHOLE.fullmatch(text):
        return int(text)
    if NUMBER.fullmatch(text) and not re.match(r"[-+]?0\d", text) and not text.lstrip("-+").isdigit():
        value = float(text)
        return text if value in (float("inf"), float("-inf")) else value
    return text
