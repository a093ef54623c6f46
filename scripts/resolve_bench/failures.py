"""Puts the failures of trials into classes, by what installers and interpreters say."""

from __future__ import annotations

import re

CLASSES = (
    ("out of time", r"^timeout after"),
    ("the date has no build tools that the installer takes", r"require setuptools>=40\.8\.0"),
    ("a system library is missing", r"^(?:system library|no compiler): "),
    ("contradictory requirements", r"conflict|requirements are unsatisfiable|contradict|cannot be used together"),
    ("not on the index as of the date", r"no versions? of|was not found in the package registry|No matching dist|"
     r"there (?:is|are) no version|never existed|deleted"),
    ("a requirement that cannot be read", r"Couldn't parse|InvalidRequirement|Expected|Invalid (?:version|specifier)|"
     r"RequirementsFileParserError|unpack"),
    ("no file for the target", r"no (?:wheels|source distribution)|no usable wheels|doesn't have a .*wheel|cp3\d+"),
    ("a system library is missing", r"cannot open shared object file|[\w/]+\.h: No such file|pkg-config|mysql_config|"
     r"pg_config|curl-config|nvcc|CUDA_HOME|HDF5"),
    ("a build needs a package that nobody declared", r"ModuleNotFoundError|ImportError: No module named"),
    ("a build fails", r"Failed to build|failed to build|build backend|getting requirements to build"),
    ("a module is not there", r"ModuleNotFoundError"),
)  # fmt: skip
"""From the particular to the general; the first that fits is taken."""
IMPORT_CLASSES = (
    ("out of time", r"^timeout after"),
    ("a system library is missing", r"cannot open shared object file|libGL|libcuda|libcublas"),
    ("a module is not there", r"ModuleNotFoundError|No module named"),
    ("versions that do not work together", r"."),
)


def classify(stage: str, failure: str) -> str:
    """Return the class of a failure, by the stage that it happened in."""
    classes = IMPORT_CLASSES if stage == "import" else CLASSES
    named = next((name for name, words in classes if re.search(words, failure, re.M)), "other")
    return f"{stage}: {named}"
