"""Reads one requirement as people wrote them over the years; what had to be repaired is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from reproof.model.base import Gap
from reproof.model.requirements import Requirement, RequirementKind
from reproof.needs.found import Found, PythonSign

NAME = r"^([A-Za-z0-9][\w.\-]*(?:\s*\[[^\]]*\])?)\s*"


@dataclass(frozen=True, slots=True)
class Repair:
    """An old spelling that no tool takes any more, and what it meant."""

    spelling: re.Pattern[str]
    meant: str


REPAIRS = (
    Repair(re.compile(NAME + r"=\s*(?=[\dv])"), r"\1=="),  # conda's
    Repair(re.compile(NAME + r"={3,}\s*(?=\d)"), r"\1=="),
    Repair(re.compile(NAME + r"\^\s*(\d)"), r"\1>=\2"),
    Repair(re.compile(r"([<>]=?\s*[\d.]+)\.\*"), r"\1"),  # `>=1.0.*`
    Repair(re.compile(r"~=\s*(\d+)(?=\s*(?:[,;]|$))"), r">=\1"),  # `~=1` has nothing that may vary
    Repair(re.compile(r"(\d[\w.*]*)\s+(?=[<>=!~]=?)"), r"\1,"),  # `>=1.0 <2`
    Repair(re.compile(r"([<>=!~]=?)\s+(?=[<>=])"), r"\1"),  # `> = 1.0`
    Repair(re.compile(r"=>\s*(?=\d)"), r">="),
    Repair(re.compile(r"=<\s*(?=\d)"), r"<="),
    Repair(re.compile(r"\s*,\s*(?=;|$)"), r""),
    Repair(re.compile(NAME + r"(\d+(?:\.\d+)+)\s*$"), r"\1==\2"),  # `numpy 1.14.0`
    Repair(re.compile(NAME + r"@\s*(\d+(?:\.\d+)+)\s*$"), r"\1==\2"),
    Repair(re.compile(NAME + r"\(?\s*[<>=!~^]=?[^;@]*"), r"\1"),  # a version that PEP 440 does not know: `pytz>=2011k`
)
"""In the order in which they are tried, each after the others; the last gives up on the version."""
OF_CONDA = re.compile(r"^(file:///)?(/?\w.*/)?(conda-bld|feedstock_root|croot|tmp/build|home/conda|tmp/abs_|work\b)")
"""Where conda builds a package: `pip freeze` names that folder instead of a version."""
PLACEHOLDERS = {"sklearn": "scikit-learn"}
"""Names that hold another one's place; they depend on it, or refuse to be installed, as of the end of 2022."""
NO_DISTRIBUTION = {
    "pkg-resources": "`pip freeze` of Debian and Ubuntu names it by mistake; it is a part of setuptools",
    "pkg_resources": "it is a part of setuptools",
}


def read_requirement(text: str, source: str, kind: RequirementKind = "declared") -> Found:
    """Return the facts that one requirement holds (PEP 508, older spellings, or an address)."""
    text = text.strip()
    if is_address(text):
        return read_address(text, source, kind)
    parsed, spelled = parse(text)
    if parsed is None:
        effect = "what it asks for is not installed"
        return Found(gaps=(Gap(what=f"{source}: {text[:200]}", why="it is no requirement", effect=effect),))
    name: str = canonicalize_name(parsed.name)
    gaps = [] if spelled == text else [Gap(what=f"{source}: {text}", why="no tool takes this spelling",
                                           effect=f"it is read as {spelled}")]  # fmt: skip
    if name == "python":
        return Found(pythons=tuple(sign_of(str(parsed.specifier), source)), gaps=tuple(gaps))
    if name in NO_DISTRIBUTION:
        return Found(gaps=(Gap(what=f"{source}: {text}", why=NO_DISTRIBUTION[name], effect="it is left out"),))
    url, specifier = parsed.url, str(parsed.specifier)
    if url and OF_CONDA.search(url):
        gaps.append(Gap(what=f"{source}: {text}", why="it names a folder in which conda built the package",
                        effect="any version of its time is taken"))  # fmt: skip
        url = None
    if name in PLACEHOLDERS:
        why = f"{name} on an index only holds the place of {PLACEHOLDERS[name]}"
        gaps.append(Gap(what=f"{source}: {text}", why=why, effect=f"any {PLACEHOLDERS[name]} of its time is taken"))
        name, specifier = canonicalize_name(PLACEHOLDERS[name]), ""
    requirement = Requirement(
        name=name,
        kind=kind,
        source=source,
        specifier=specifier,
        extras=tuple(sorted(parsed.extras)),
        marker=str(parsed.marker) if parsed.marker else None,
        url=without_credentials(url) if url else None,
    )
    return Found(requirements=(requirement,), gaps=(*gaps, *moving(url, source)))


def parse(text: str) -> tuple[Parsed | None, str]:
    """Return the requirement and how it is spelled now; None if it is none in any spelling."""
    spelled = text
    for repair in (None, *REPAIRS):
        if repair is not None:
            spelled = repair.spelling.sub(repair.meant, spelled)
        try:
            return Parsed(spelled), spelled
        except InvalidRequirement:
            continue
    return None, text


def sign_of(specifier: str, source: str) -> Iterator[PythonSign]:
    """Yield what a requirement on `python` says."""
    exact = re.fullmatch(r"={2,3}\s*(\d+\.\d+(?:\.\d+)?)(?:\.\*)?", specifier)
    if exact:
        yield PythonSign("exact", exact[1], source)
    elif specifier:
        yield PythonSign("range", specifier, source)


def is_address(text: str) -> bool:
    """Say whether a requirement is an address or a path, not a name."""
    plain = re.split(r"[\s;\[]", text, maxsplit=1)[0]
    return (
        bool(re.match(r"(?:[a-z]+\+)?[a-z]+://|[a-z]+\+[\w.-]+@|\.{1,2}(?:/|$)|/|file:", text))
        or plain.endswith((".whl", ".tar.gz", ".zip", ".tar.bz2"))
        or ("/" in plain and "@" not in text)
    )


def read_address(text: str, source: str, kind: RequirementKind = "declared") -> Found:
    """Return the facts of an address (`git+…@<commit>#egg=name`, an archive) or a path, with `[extras]`."""
    address, _, marker = (part.strip() for part in text.partition(" ;" if "://" in text else ";"))
    address, extras = split_extras(address.split()[0] if address else "")
    address, _, fragment = address.partition("#")
    named = re.search(r"egg=([A-Za-z0-9][\w.\-]*?)(?:-(\d[\w.]*))?(?:\[([^\]]*)\])?(?:&|$)", fragment)
    version = ""
    if named:
        name, extras = named[1], extras or split_names(named[3] or "")
    else:
        name, version = name_of(address)
    if not name:
        effect = "what it asks for is not installed"
        return Found(gaps=(Gap(what=f"{source}: {without_credentials(text)[:200]}", why="it names nothing that can "
                               "be fetched", effect=effect),))  # fmt: skip
    hashed = re.search(r"(sha256)[=:]([0-9a-f]{64})", fragment)
    requirement = Requirement(
        name=canonicalize_name(name),
        kind=kind,
        source=source,
        specifier=f"=={version}" if version else "",
        extras=extras,
        marker=marker or None,
        url=without_credentials(address),
        hashes=(f"sha256:{hashed[2]}",) if hashed else (),
    )
    return Found(requirements=(requirement,), gaps=tuple(moving(address, source)))


def split_extras(address: str) -> tuple[str, tuple[str, ...]]:
    """Return an address and the extras behind it."""
    found = re.fullmatch(r"(.*?)\[([^\]]*)\]", address)
    return (found[1], split_names(found[2])) if found else (address, ())


def split_names(text: str) -> tuple[str, ...]:
    return tuple(sorted(name.strip() for name in text.split(",") if name.strip()))


def name_of(address: str) -> tuple[str, str]:
    """Return the name, and the version if it is told, of what lies at an address; empty where nothing is said."""
    last = unquote(address.rstrip("/").rpartition("/")[2])
    try:
        if last.endswith(".whl"):
            wheel = parse_wheel_filename(last)
            return wheel[0], str(wheel[1])
        if last.endswith((".tar.gz", ".zip")) and not re.search(r"/(archive|zipball|tarball)/", address):
            source = parse_sdist_filename(last)
            return source[0], str(source[1])
    except (InvalidWheelFilename, InvalidSdistFilename):
        pass
    archive = re.search(r"/([\w.\-]+)/(?:archive|zipball|tarball)/", address)
    name = archive[1] if archive else re.sub(r"(\.git)?(@.*)?$", "", last)
    return (name if re.fullmatch(r"[A-Za-z0-9]([\w.\-]*[A-Za-z0-9])?", name) else ""), ""


def without_credentials(url: str) -> str:
    """Return an address without user, password and anything that stands for them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return re.sub(r"//[^/]*@", "//", url)
    user, at, host = parts.netloc.rpartition("@")
    if not at or user == "git":  # `git@` is how a repository's server is addressed, no secret
        return url
    return urlunsplit(parts._replace(netloc=host))


def moving(url: str | None, source: str) -> Iterator[Gap]:
    """Yield a gap for a repository without a full commit: what it names today is not what it named then."""
    if url and re.match(r"(git|hg|svn|bzr)\+", url) and not re.search(r"@[0-9a-f]{40}(?:$|#)", url):
        effect = "it may have changed since"
        yield Gap(what=f"{source}: {without_credentials(url)}", why="it names no full commit", effect=effect)
