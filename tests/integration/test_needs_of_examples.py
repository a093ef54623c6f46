"""Training examples that real source distributions ship: what they need is told from the project alone."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.utils import parse_sdist_filename

from reproof.adapters.index import Index
from reproof.adapters.pip_config import read_pip_config
from reproof.adapters.project_tree import read_project
from reproof.needs import Wanted, find_needs, is_wanted
from reproof.progress import Progress


class Example(NamedTuple):
    """An example that ran under a Python, and the distributions that it was seen to need."""

    sdist: str
    sha256: str
    file: str
    python: str
    needed: str


EXAMPLES = (
    Example("scikit-learn-0.19.2.tar.gz", "b276739a5f863ccacb61999a3067d0895ee291c95502929b2ae56ea1f882e888",
            "examples/ensemble/plot_gradient_boosting_regression.py", "3.6", "scikit-learn numpy scipy matplotlib"),
    Example("hmmlearn-0.3.3.tar.gz", "1d3c5dc4c5257e0c238dc1fe5387700b8cb987eab808edb3e0c73829f1cc44ec",
            "examples/plot_gaussian_model_selection.py", "3.11", "hmmlearn numpy matplotlib scikit-learn"),
    Example("autograd-1.9.1.tar.gz", "7818c5c69ddf9efb7da74097bd741a4c7920133f41966f68537223a15ef798bc",
            "examples/gmm.py", "3.11", "autograd numpy scipy matplotlib"),
    Example("scikit_surprise-1.1.5.tar.gz", "371ac455b06fa6c996960863bfedfe8ec3cd03e670c066f862d20c9de70a413d",
            "examples/load_from_dataframe.py", "3.11", "scikit-surprise pandas"),
    Example("deap-1.4.4.tar.gz", "50d4bd924fca5a16a3dba8bfdb1140a55e9c24ce50816ab4f5683d2f31c2d734",
            "examples/gp/symbreg.py", "3.11", "deap numpy"),
    Example("Lasagne-0.1.tar.gz", "3c634ecab67e43e4f18520932bfd88bd3c678ec723c48177f18799dab2411233",
            "examples/recurrent.py", "3.6", "lasagne theano numpy"),
    Example("gplearn-0.4.3.tar.gz", "3ce24bdf25fbc33ccf0b041a75e63db27804bf103e49e9f6f20824cf673b0047",
            "doc/gp_examples.ipynb", "3.11", "gplearn scikit-learn numpy matplotlib graphviz nbconvert ipykernel"),
    Example("mapie-1.6.0.tar.gz", "471631634184c4cc22641b8a72572df5b5e281e237b0c00ec6c1c668b78767c2",
            "examples/regression/1-quickstart/plot_toy_model.py", "3.11", "mapie scikit-learn numpy matplotlib"),
    Example("skl2onnx-1.20.0.tar.gz", "c74ea827d92ba186fe659695e8fc989cd97bfc320edce3d32b9936a5878da10a",
            "docs/tutorial/plot_gexternal_xgboost.py", "3.11",
            "skl2onnx onnxmltools onnxruntime xgboost scikit-learn numpy"),
    Example("arch-8.0.0.tar.gz", "5e9895c2354b9475aff50797ff2191dc64dc5f79602baf0c9321310fb864b637",
            "examples/univariate_volatility_modeling.ipynb", "3.11", "arch matplotlib seaborn pandas numpy"),
)  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The index that pip is configured with here."""
    found = Index(read_pip_config(dict(os.environ)), tmp_path_factory.mktemp("cache"))
    yield found
    found.close()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.file.rpartition("/")[2])
def test_an_example_tells_what_it_needs_of_when_and_with_which_python(
    example: Example, index: Index, tmp_path: Path
) -> None:
    name, version = parse_sdist_filename(example.sdist)
    (file,) = (file for file in index.files(name).files if file.filename == example.sdist)
    artifact = index.artifact(file)
    assert artifact.digest == f"sha256:{example.sha256}"
    (path,) = index.fetch([artifact], Progress()).values()
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    where, _, script = example.file.rpartition("/")
    start = ("jupyter", "nbconvert", "--execute") if script.endswith(".ipynb") else ("python",)
    found = find_needs(read_project(folder, is_wanted), Wanted((*start, script), folder=where))
    asked = {one.name: one.specifier for one in found.requirements}
    assert set(example.needed.split()) <= set(asked)
    assert asked[name] == f"=={version}"
    assert example.python in {".".join(choice.version.split(".")[:2]) for choice in found.pythons}
    assert found.dates or "of when the project is" in {gap.what for gap in found.gaps}
