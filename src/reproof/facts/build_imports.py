"""Which requirement brings a module that a `setup.py` imports before it says what it needs."""

from __future__ import annotations

import sys

REQUIREMENTS = {
    "Cython": "Cython",
    "cython": "Cython",
    "jupyter_packaging": "jupyter-packaging",
    "pip": "pip",
    "pkg_resources": "setuptools",
    "skbuild": "scikit-build",
    "sklearn": "scikit-learn",
    "mesonpy": "meson-python",
    "setuptools_rust": "setuptools-rust",
    "setuptools_git": "setuptools-git",
    "setuptools_scm": "setuptools-scm",
    "setupmeta": "setupmeta",
    "yaml": "PyYAML",
}
"""Where the distribution is not called like the module. Source: the metadata of those distributions."""
OLD = {
    "pip.req": "pip<10",
    "pip.download": "pip<10",
    "numpy.distutils": "numpy<1.26",
    "setuptools.command.test": "setuptools<72",
    "pkg_resources": "setuptools<81",
}
"""Modules that later versions of their distribution lack. Source: the changelogs of pip, numpy and setuptools."""
ALWAYS = frozenset({*sys.stdlib_module_names, "distutils", "imp", "asynchat", "asyncore", "smtpd"})
"""Modules that Python brings, or brought before 3.12."""


def requirement_for(module: str) -> str:
    """Return the requirement that brings a module; its own name where nothing else is known."""
    if module in OLD:
        return OLD[module]
    top = module.partition(".")[0]
    return REQUIREMENTS.get(top, top)
