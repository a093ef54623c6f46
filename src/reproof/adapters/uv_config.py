"""uv's configuration of indexes, read as uv reads it, and merged with pip's: a run may have been installed by either.

Files of three levels (project, user, system) and `UV_*` variables count; what is nearer comes first, lists are joined.
Nothing is needed for `native-tls`: the system's certificate authorities and the usual public ones are always trusted.
Source: uv's documentation on configuration files, package indexes and environment variables.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from reproof.adapters.pip_config import FALSE_WORDS, PipConfig, home_folder
from reproof.errors import ResolveError

NAMED = re.compile(r"([A-Za-z0-9._-]+)=(.+)")


@dataclass(frozen=True)
class UvConfig:
    """Where uv looks for distributions. URLs may hold credentials. `default` takes the place of the public index."""

    default: str | None = field(default=None, repr=False)
    indexes: tuple[str, ...] = field(default=(), repr=False)
    find_links: tuple[str, ...] = field(default=(), repr=False)
    insecure_hosts: tuple[str, ...] = ()
    no_index: bool = False


def read_uv_config(environ: Mapping[str, str], cwd: Path | None = None, etc: Path = Path("/etc")) -> UvConfig:
    """Return what uv, run with `environ` in the folder `cwd`, would use.

    Raises:
        ResolveError: a configuration file cannot be read, or says something of the wrong form.
    """
    levels = [_from_variables(environ)]
    levels += [_from_file(path, environ) for path in uv_config_files(environ, cwd, etc)]
    return UvConfig(
        default=next((level.default for level in levels if level.default), None),
        indexes=tuple(dict.fromkeys(url for level in levels for url in level.indexes)),
        find_links=tuple(dict.fromkeys(place for level in levels for place in level.find_links)),
        insecure_hosts=tuple(dict.fromkeys(host for level in levels for host in level.insecure_hosts)),
        no_index=any(level.no_index for level in levels),
    )


def merged(pip: PipConfig, uv: UvConfig, public: str) -> PipConfig:
    """Return a configuration with the places of both.

    Where uv names a default index and pip names none, the `public` one is not asked: names of private packages would
    be told to it.
    """
    own = tuple(url for url in pip.indexes if not (uv.default and url == public))
    added = () if uv.no_index else (*uv.indexes, *([uv.default] if uv.default else []))
    return replace(
        pip,
        indexes=tuple(dict.fromkeys((*own, *added))),
        find_links=tuple(dict.fromkeys((*pip.find_links, *uv.find_links))),
        trusted_hosts=tuple(dict.fromkeys((*pip.trusted_hosts, *uv.insecure_hosts))),
    )


def uv_config_files(environ: Mapping[str, str], cwd: Path | None = None, etc: Path = Path("/etc")) -> list[Path]:
    """Return the files that uv reads, those that win first; they need not exist."""
    if chosen := environ.get("UV_CONFIG_FILE"):
        return [Path(chosen)]
    if _is_true(environ.get("UV_NO_CONFIG")):
        return []
    user = Path(environ.get("XDG_CONFIG_HOME") or home_folder(environ) / ".config") / "uv" / "uv.toml"
    folders = [Path(folder) for folder in environ.get("XDG_CONFIG_DIRS", "").split(os.pathsep) if folder]
    system = [folder / "uv" / "uv.toml" for folder in (*folders, etc)]
    found = next((path for path in system if path.is_file()), system[-1])
    return [*(_project_file(cwd) if cwd is not None else ()), user, found]


def _project_file(cwd: Path) -> Iterator[Path]:
    """Yield the nearest file above `cwd` that configures uv."""
    for folder in (cwd, *cwd.parents):
        if (folder / "uv.toml").is_file():
            yield folder / "uv.toml"
            return
        project = folder / "pyproject.toml"
        if project.is_file() and "uv" in _toml(project).get("tool", {}):
            yield project
            return


def _from_file(path: Path, environ: Mapping[str, str]) -> UvConfig:
    table = _toml(path) if path.is_file() else {}
    if path.name == "pyproject.toml":
        table = table.get("tool", {}).get("uv", {})
    try:
        return _from_table(table, path.parent, environ)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise ResolveError(f"uv's configuration has a value of the wrong form ({path}): {error}", "mend it") from error


def _from_table(table: dict[str, Any], folder: Path, environ: Mapping[str, str]) -> UvConfig:
    pip = table.get("pip", {})
    default = table.get("index-url") or pip.get("index-url")
    indexes, places = [], []
    for entry in table.get("index", []):
        url = with_account(entry["url"], entry.get("name"), environ)
        if entry.get("format") == "flat":
            places.append(url)
        elif entry.get("default"):
            default = url
        else:
            indexes.append(url)
    for one in (table, pip):
        indexes += _texts(one.get("extra-index-url", []))
        places += [_placed(place, folder) for place in _texts(one.get("find-links", []))]
    hosts = tuple(_host(host) for host in _texts(table.get("allow-insecure-host", [])))
    return UvConfig(default, tuple(indexes), tuple(places), hosts, bool(table.get("no-index", False)))


def _from_variables(environ: Mapping[str, str]) -> UvConfig:
    def words(name: str) -> list[str]:
        return environ.get(name, "").split()

    default = next((url for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL") for url in words(name)), None)
    return UvConfig(
        default=_unnamed(default, environ) if default else None,
        indexes=(*(_unnamed(word, environ) for word in words("UV_INDEX")), *words("UV_EXTRA_INDEX_URL")),
        find_links=tuple(place for place in re.split(r"[,\s]+", environ.get("UV_FIND_LINKS", "")) if place),
        insecure_hosts=tuple(_host(host) for host in words("UV_INSECURE_HOST")),
        no_index=_is_true(environ.get("UV_NO_INDEX")),
    )


def with_account(url: str, name: str | None, environ: Mapping[str, str]) -> str:
    """Return the URL of a named index with user and password, if the variables for its name hold them."""
    key = re.sub(r"[^A-Z0-9]", "_", (name or "").upper())
    user, password = environ.get(f"UV_INDEX_{key}_USERNAME"), environ.get(f"UV_INDEX_{key}_PASSWORD")
    parts = urlsplit(url)
    if not key or "@" in parts.netloc or (user is None and password is None):
        return url
    account = f"{quote(user or '', safe='')}:{quote(password or '', safe='')}"
    return urlunsplit(parts._replace(netloc=f"{account}@{parts.netloc}"))


def _unnamed(word: str, environ: Mapping[str, str]) -> str:
    """Return the URL of `name=url` or `url`."""
    match = NAMED.fullmatch(word)
    return with_account(match[2], match[1], environ) if match else word


def _placed(place: str, folder: Path) -> str:
    return place if "://" in place or place.startswith("file:") else str(folder / Path(place).expanduser())


def _host(host: str) -> str:
    """Return `host` or `host:port` of what may be written as a URL."""
    return urlsplit(host).netloc if "://" in host else host


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not all(isinstance(one, str) for one in value):
        raise ValueError(f"{value!r} is no list of texts")
    return list(value)


def _is_true(text: str | None) -> bool:
    return (text or "").lower() not in FALSE_WORDS


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ResolveError(f"uv's configuration cannot be read ({path}): {error}", "mend it; uv fails, too") from error
