"""Packages that lines for a shell install: in Dockerfiles, CI files, documentation and notebooks."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from reproof.model.requirements import RequirementKind
from reproof.needs.conda_names import read_conda
from reproof.needs.found import Found, merged
from reproof.needs.spelling import read_requirement, without_credentials

START = re.compile(
    r"(?:\bpip[\d.]*|\bpip\}|uv pip)[ \t]+install[ \t]|\bapt(?:-get)?[ \t]+(?:-\S+[ \t]+)*install[ \t]"
    r"|\b(?:conda|mamba)[ \t]+install[ \t]"
)
END = re.compile(r"&&|\|\||[;|>`]|\s#|$")
WITH_VALUE = frozenset({
    "-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links",
    "-t", "--target", "--trusted-host", "--no-binary", "--only-binary", "--upgrade-strategy", "--channel", "-n",
    "--name", "-p", "--prefix", "--file", "--timeout", "--cache-dir", "-o", "--default-timeout", "--retries",
})  # fmt: skip
PLACES = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links")
TOOLS = frozenset({"pip", "setuptools", "wheel", "virtualenv", "poetry", "pipenv", "uv", "conda", "build", "twine"})
"""What is installed to install others."""
DEBIAN = re.compile(r"[a-z0-9][a-z0-9+.\-]+")


def read_installs(text: str, path: str, kind: RequirementKind = "declared") -> Found:
    """Return what the `pip`, `apt` and `conda install` lines of a text install."""
    return merged(read_one(found.group(), words, f"{path}:{line}", kind) for found, words, line in installs(text))


def installs(text: str) -> Iterator[tuple[re.Match[str], list[str], int]]:
    """Yield how each line begins, the words that follow up to the command's end, and its number."""
    joined = re.sub(r"\\[ \t]*\n", lambda found: " " * len(found[0]), text)  # places stay what they are
    for found in START.finditer(joined):
        rest = joined[found.end() :].partition("\n")[0]
        ending = END.search(quoted_blank(rest))
        try:
            words = shlex.split(rest[: ending.start() if ending else None])
        except ValueError:
            words = rest.split()
        yield found, words, text.count("\n", 0, found.start()) + 1


def quoted_blank(text: str) -> str:
    """Return a text of the same length without what stands in quotation marks."""
    return re.sub(r"\"[^\"]*\"|'[^']*'", lambda found: "x" * len(found[0]), text)


def read_one(start: str, words: list[str], source: str, kind: RequirementKind) -> Found:
    """Return what one command installs."""
    names: list[str] = []
    places: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        option, _, value = word.partition("=")
        if word.startswith("-"):
            if word in WITH_VALUE and rest:
                value = rest.pop(0)
            if option in PLACES and value:
                places.append(without_credentials(value))
        elif not re.search(r"[${}<]|\.\.\.", word) and word not in (".", "./"):
            names.append(word)
    if "apt" in start:
        packages = (name.partition("=")[0] for name in names)
        return Found(system_packages=tuple(name for name in packages if DEBIAN.fullmatch(name)))
    if "install" in start and ("conda" in start or "mamba" in start):
        return merged(read_conda(name, source, kind) for name in names)
    parts = [read_requirement(name, source, kind) for name in names if base(name) not in TOOLS]
    return merged((Found(places=tuple(places)), *(part for part in parts if part.requirements)))


def base(name: str) -> str:
    """Return a requirement's name."""
    return re.split(r"[\[=<>~! ]", name, maxsplit=1)[0].lower()
