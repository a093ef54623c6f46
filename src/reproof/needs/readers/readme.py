"""Documentation: lines that install something, and sentences that name a Python or a framework with a version."""

from __future__ import annotations

import re

from reproof.model.project import Project
from reproof.model.requirements import Requirement
from reproof.needs.found import Found, PythonSign, merged
from reproof.needs.reader import Reader
from reproof.needs.shell import read_installs

FILE = re.compile(r"(readme|install|installation|setup|usage)(\.(md|rst|txt|markdown))?", re.I)
SAID = (
    r"[\s:*`_(\-]{{0,3}}(?:version|v|is|of)?\s*(>=|==|=|<=|~=|≥|\^)?\s*v?({version})"
    r"(\.x|\+| or (?:later|newer|above|higher))?"
)
PYTHON = re.compile(r"\bPython" + SAID.format(version=r"[23]\.\d{1,2}(?:\.\d+)?") + r"(?![\w%])", re.I)
FRAMEWORKS = (
    ("torch", "(?:Py)?Torch"), ("torchvision", "torchvision"), ("tensorflow", "tensorflow(?:-gpu)?"),
    ("keras", "Keras"),
    ("numpy", "numpy"), ("scipy", "scipy"), ("scikit-learn", "scikit-learn|sklearn"), ("gym", "(?:OpenAI )?gym"),
    ("mxnet", "mxnet"), ("chainer", "chainer"), ("theano", "theano"), ("jax", "jax"), ("pandas", "pandas"),
    ("transformers", "transformers"), ("pytorch-lightning", "pytorch[- ]lightning"),
    ("opencv-python", "opencv(?:-python)?"),
)  # fmt: skip
"""Distributions and how sentences call them."""


def read(project: Project, path: str) -> Found:
    """Return what the documentation names; all of it is weak."""
    text = project.text(path) or ""
    prose = re.sub(r".*\binstall[ \t].*", "", text)  # the lines stay, their number counts
    signs = []
    for found in PYTHON.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        version = ".".join(found[2].split(".")[:2])
        later = found[1] in (">=", "≥", "^") or (found[3] and found[3] != ".x")
        signs.append(PythonSign("range", f">={version}", f"{path}:{line}") if later
                     else PythonSign("tested", version, f"{path}:{line}"))  # fmt: skip
    hints = [hint for name, called in FRAMEWORKS for hint in frameworks(name, called, prose, path)]
    return merged((Found(pythons=tuple(signs), hints=tuple(hints)), read_installs(text, path).as_hints()))


def frameworks(name: str, called: str, text: str, path: str) -> list[Requirement]:
    """Return the versions that sentences give for a framework."""
    pattern = re.compile(rf"(?<![\w-])(?:{called})" + SAID.format(version=r"\d+\.\d+(?:\.\d+)?") + r"(?![\w%])", re.I)
    found = []
    for one in pattern.finditer(text):
        source = f"{path}:{text.count(chr(10), 0, one.start()) + 1}"
        later = one[1] in (">=", "≥", "^") or (one[3] and one[3] != ".x")
        specifier = f">={one[2]}" if later else f"<={one[2]}" if one[1] == "<=" else f"=={one[2]}.*"
        found.append(Requirement(name=name, kind="declared", source=source, specifier=specifier))
    return found


README = Reader("README", lambda path: bool(FILE.fullmatch(path.rpartition("/")[2])), read, weak=True)
