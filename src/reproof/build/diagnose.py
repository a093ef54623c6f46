"""Why a wheel could not be built, read from what the build printed. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reproof.facts.build_needs import CUDA_COMPILED, DISTRIBUTIONS, HEADERS, LIBRARIES, MODULES, PROGRAMS
from reproof.model.resolution import Obstacle, ObstacleKind

TAIL_LINES = 15
LACKING = re.compile(r"^reproof: requires (\[.*\])$", re.MULTILINE)
ABSENT_MODULE = re.compile(r"(?:ModuleNotFoundError|ImportError): No module named '?([\w.]+)'?")


@dataclass(frozen=True, slots=True)
class BuildFailure:
    """A build that made no wheel. `limit` says in words which limit stopped it; None when it ended by itself."""

    package: str
    """Its name as in PEP 503."""
    version: str
    log: str
    limit: str | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """What in a log tells the kind of a failure; `name` makes sentence and remedy from what the pattern found."""

    kind: ObstacleKind
    pattern: re.Pattern[str]
    name: Callable[[str], tuple[str, str]]


def absent_module(log: str) -> str | None:
    """Return the module whose absence ended a build; None if that was not it."""
    found = ABSENT_MODULE.findall(log)
    return found[-1] if found else None


def lacking_requirements(log: str) -> list[str]:
    """Return the requirements that a backend asked for when it was run, as the guest tells them."""
    match = LACKING.search(log)
    try:
        return [str(one) for one in json.loads(match[1])] if match else []
    except ValueError:
        return []


def diagnose(failure: BuildFailure) -> Obstacle:
    """Return what kind of failure it was, what was missing as far as the log tells, and what to do."""
    start = f"{failure.package} {failure.version} could not be built from its source distribution: "
    log = tail(failure.log)
    if failure.limit is not None:
        remedy = "take a version that has a wheel"
        return Obstacle(
            kind="broken build", package=failure.package, what=start + failure.limit, remedy=remedy, log=log
        )
    for sign in SIGNS:
        if match := sign.pattern.search(failure.log):
            what, remedy = sign.name(next((group for group in match.groups() if group), ""))
            return Obstacle(kind=sign.kind, package=failure.package, what=start + what, remedy=remedy, log=log)
    remedy = "read the last lines of its log; another version, or one with a wheel, may do"
    if needs := DISTRIBUTIONS.get(failure.package):
        remedy = f"it usually needs {' '.join(needs)}: add them, or take a version that has a wheel"
    if failure.package in CUDA_COMPILED:
        remedy = "it usually needs NVIDIA's compiler and torch at build time: take a wheel of its own index"
    return Obstacle(kind="broken build", package=failure.package, what=start + "its build ended with an error",
                    remedy=remedy, log=log)  # fmt: skip


def tail(log: str) -> str:
    """Return the last lines that say something."""
    lines = [line.rstrip() for line in log.splitlines() if line.strip()]
    return "\n".join(lines[-TAIL_LINES:])


def _compiler(name: str) -> tuple[str, str]:
    if name in ("nvcc", "nvcc.profile", "CUDA_HOME"):
        return "NVIDIA's compiler is missing", "take a base with the CUDA toolkit, or a version that has a wheel"
    return f"there is no compiler ({name or 'cc'})", "take a base with build-essential, or a version that has a wheel"


def _owned(table: Mapping[str, str], what: str) -> Callable[[str], tuple[str, str]]:
    """Return what names a thing and the Debian package that has it."""

    def name(thing: str) -> tuple[str, str]:
        package = table.get(thing) or table.get(thing.rpartition("/")[2])
        if package is None:
            return f"the {what} {thing} is missing", f"add the distribution package that has the {what} {thing}"
        return f"the {what} {thing} is missing", f"add the distribution package {package}, which has it"

    return name


def _plain(what: str, remedy: str) -> Callable[[str], tuple[str, str]]:
    return lambda found: (what.format(found), remedy)


def _absent(module: str) -> tuple[str, str]:
    return (
        f"it imports {module} while it is built, and does not say so",
        f"declare the distribution that has {module} as a requirement, or take a version that has a wheel",
    )


HEADER = _owned(HEADERS, "header")
LIBRARY = _owned(LIBRARIES, "library")
MODULE = _owned(MODULES, "library")
PROGRAM = _owned(PROGRAMS, "program")

SIGNS = (
    Sign("placeholder", re.compile(r"The 'sklearn' PyPI package is deprecated"),
         _plain("it is a placeholder that refuses to be installed", "require scikit-learn instead")),
    Sign("broken build", re.compile(r"No space left on device|OSError: \[Errno 28\]"),
         _plain("it needs more room than a build is given", "take a version that has a wheel")),
    Sign("no compiler", re.compile(r"(Python\.h): No such file"),
         _plain("the headers of its Python are missing ({})",
                "record the run again with this version, which carries them, or install python3-dev")),
    Sign("no compiler", re.compile(
        r"(?:unable to execute|command) '?(?:\S*/)?((?:x86_64-linux-gnu-|aarch64-linux-gnu-)?"
        r"(?:gcc|g\+\+|cc|c\+\+|clang|nvcc))'?(?:: No such file| failed: No such file)"
        r"|No such file or directory: '(?:\S*/)?(gcc|g\+\+|cc|c\+\+|clang|nvcc)'"
        r"|(CUDA_HOME) environment variable is not set|(nvcc)(?:: command)? not found"), _compiler),
    Sign("system library", re.compile(r"fatal error: '?([\w./+-]+)'?(?:: No such file| file not found)"), HEADER),
    Sign("system library", re.compile(r"ld: cannot find -l(?::lib)?([\w+.-]+)"), LIBRARY),
    Sign("system library", re.compile(
        r"Package '?([\w.+-]+?)'?,? (?:required by '[^']+', not found|was not found in the pkg-config)"
        r"|No package '([^']+)' found|Dependency \"([^\"]+)\" not found"), MODULE),
    Sign("system library", re.compile(
        r"(?:/bin/sh: \d+: |No such file or directory: '|command not found: |unable to execute '|Please install )"
        r"([a-z]\w*[-_]config|cmake|git|swig|ninja|mpicc|gfortran)\b"
        r"|(pg_config|mysql_config|mecab-config|llvm-config|gdal-config) (?:executable )?(?:is )?(?:required|not found)"
        r"|\b(cmake|swig|git|mpicc|gfortran)(?:: command)? not found|(CMake) must be installed"
        r"|command '(?:\S*/)?(cmake|git|swig|ninja|mpicc|gfortran)' failed: No such file"),
         lambda name: PROGRAM(name.lower())),
    Sign("system library", re.compile(
        r"Could NOT find (\w+)|The headers or library files could not be found for (\w+)"),
         lambda name: LIBRARY(name.lower())),
    Sign("broken build", re.compile(
        r"Temporary failure in name resolution|Name or service not known|Network is unreachable"
        r"|nodename nor servname|Failed to establish a new connection|Could not resolve host"),
         _plain("it wants to download something while it is built, and builds have no network",
                "take a version that has a wheel, or record the run again where it is installed")),
    Sign("no interpreter", re.compile(r"SyntaxError: Missing parentheses in call to 'print'"
                                      r"|SyntaxError: (?:invalid syntax|multiple exception types must be parenthesized)"
                                      r"(?![\s\S]*Traceback)"),
         _plain("its setup.py is not written for this version of Python", "take a version for it, or another Python")),
    Sign("other platform", re.compile(r"No module named '?(_?winreg|win32api|msvcrt|AppKit|Foundation)'?"
                                      r"|(?:only (?:works|supported|runs) on|requires) (Windows|macOS|Mac OS X)\b"),
         _plain("it is made for another operating system ({})", "leave it out where it is not needed")),
    Sign("not declared", ABSENT_MODULE, _absent),
)  # fmt: skip
"""In order: what comes first explains what comes after it in a log."""
