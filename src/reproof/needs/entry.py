"""Where a command enters the project: the scripts, modules and notebooks that it starts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reproof.model.project import Project, beside
from reproof.needs.wanted import Wanted

PYTHON = re.compile(r"(.*/)?(python|pypy)[\d.]*")
SCRIPT = re.compile(r".+\.(py|ipynb)")
SHELL = re.compile(r".+\.(sh|bash)")
PROGRAMS = {
    "jupyter": ("nbconvert", "ipykernel"),
    "papermill": ("papermill", "ipykernel"),
    "ipython": ("ipython",),
    "torchrun": ("torch",),
    "accelerate": ("accelerate",),
    "deepspeed": ("deepspeed",),
    "horovodrun": ("horovod",),
    "pytest": ("pytest",),
    "streamlit": ("streamlit",),
    "wandb": ("wandb",),
    "dvc": ("dvc",),
    "mlflow": ("mlflow",),
    "kedro": ("kedro",),
    "snakemake": ("snakemake",),
}
"""Programs that distributions of other names, or of theirs, bring; from the distributions' entry points."""
DEEP = 4
"""Scripts of a shell that start each other are followed so far."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`files` are started, in the project; `modules` are not in it; `roots` are where their imports are looked up."""

    files: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    """Distributions whose programs start them."""
    roots: tuple[str, ...] = ()


def find_entry(project: Project, wanted: Wanted) -> Entry:
    """Return where a command enters the project; one that names nothing in it enters nowhere."""
    steps = list(enter(project, wanted.argv, wanted.folder, DEEP))
    files = [path for kind, path in steps if kind == "file"]
    roots = [path for kind, path in steps if kind == "root"]
    roots += [path.rpartition("/")[0] for path in files]
    return Entry(
        files=tuple(dict.fromkeys(files)),
        modules=tuple(dict.fromkeys(name for kind, name in steps if kind == "module")),
        programs=tuple(dict.fromkeys(name for kind, name in steps if kind == "program")),
        roots=tuple(dict.fromkeys(roots)),
    )


def enter(project: Project, words: Sequence[str], folder: str, deep: int) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) for each thing that a command line starts: a file, a module, a program; and roots."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.startswith("PYTHONPATH="):
            yield from (("root", found) for part in word[11:].split(":") if (found := place(folder, part)) is not None)
        elif word == "-m" and rest:
            yield from enter_module(project, rest.pop(0), folder)
            yield "root", folder
        elif word == "-c" and rest:
            yield from enter_text(project, rest.pop(0), folder, deep)
            return
        elif word.rpartition("/")[2] in PROGRAMS:
            yield from (("program", name) for name in PROGRAMS[word.rpartition("/")[2]])
        elif (path := place(folder, word)) is not None and path in project.paths:
            yield from enter_file(project, path, folder, deep)
            if SCRIPT.fullmatch(path) or SHELL.fullmatch(path):
                return  # what follows are its own words


def enter_module(project: Project, name: str, folder: str) -> Iterator[tuple[str, str]]:
    """Yield the file of `python -m name`, or the module if the project does not hold it."""
    stem = "/".join(filter(None, (folder, *name.split("."))))
    files = [path for path in (f"{stem}.py", f"{stem}/__main__.py") if path in project.paths]
    if files:
        yield "file", files[0]
    else:
        yield "module", name


def enter_text(project: Project, text: str, folder: str, deep: int) -> Iterator[tuple[str, str]]:
    """Yield what the text after `-c` starts: commands of a shell, or a line of Python."""
    if re.search(r"\bimport\b", text):
        yield "root", folder
        names = re.findall(r"\b(?:import|from)\s+([\w.]+)", text)
        for name in names:
            yield from enter_module(project, name, folder)
    elif deep:
        yield from enter_lines(project, text, folder, deep - 1)


def enter_file(project: Project, path: str, folder: str, deep: int) -> Iterator[tuple[str, str]]:
    """Yield a script, or what a shell's script starts."""
    text = project.text(path) or ""
    first = text.partition("\n")[0]
    if SCRIPT.fullmatch(path) or (first.startswith("#!") and "python" in first):
        yield "file", path
    elif deep and (SHELL.fullmatch(path) or re.match(r"#!.*\b(ba|da|z)?sh\b", first)):
        yield from enter_lines(project, text, folder, deep - 1)


def enter_lines(project: Project, text: str, folder: str, deep: int) -> Iterator[tuple[str, str]]:
    """Yield what the lines of a shell's script start; `cd` is followed where it is plain."""
    for line in re.split(r"\n|&&|;", text.replace("\\\n", " ")):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue
        if len(words) == 2 and words[0] == "cd":
            folder = beside(f"{folder}/x" if folder else "x", words[1]) or ""
        else:
            yield from enter(project, words, folder, deep)


def place(folder: str, word: str) -> str | None:
    """Return the path in the project that a word means in a folder."""
    if not word or word.startswith("-") or "\0" in word:
        return None
    return beside(f"{folder}/x" if folder else "x", word)
