"""The user's pip configuration, read as pip reads it: files of four kinds, sections, then `PIP_*` variables."""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from reproof.errors import ResolveError

SECTIONS = ("global", "download", "install")
ALIASES = {"pypi-url": "index-url", "default-timeout": "timeout"}
PIP_TIMEOUT_S = 15.0
FALSE_WORDS = ("", "0", "n", "no", "f", "false", "off")


@dataclass(frozen=True)
class PipConfig:
    """Where pip looks for distributions, and how it gets there. URLs may hold credentials: `public_url` strips them."""

    indexes: tuple[str, ...] = field(repr=False)
    """The index, then the extra ones; empty with `no-index`."""
    find_links: tuple[str, ...] = field(default=(), repr=False)
    cert: str | None = None
    """A bundle, or a folder, of certificate authorities."""
    client_cert: str | None = None
    trusted_hosts: tuple[str, ...] = ()
    proxies: tuple[tuple[str, str | None], ...] = field(default=(), repr=False)
    """URL patterns as httpx mounts them, and the proxy for each; None goes straight."""
    timeout_s: float = PIP_TIMEOUT_S
    netrc: Path | None = None


def read_pip_config(environ: Mapping[str, str], prefix: str | None = None, etc: Path = Path("/etc")) -> PipConfig:
    """Return what pip, run with `environ` in the environment at `prefix`, would use.

    Raises:
        ResolveError: a configuration file cannot be parsed, or a number in it is none.
    """
    options = _options(environ, prefix, etc)
    no_index = options.get("no-index", "").lower() not in FALSE_WORDS
    indexes = (options.get("index-url") or public_index(), *options.get("extra-index-url", "").split())
    home = home_folder(environ)
    return PipConfig(
        indexes=() if no_index else tuple(dict.fromkeys(indexes)),
        find_links=tuple(options.get("find-links", "").split()),
        cert=options.get("cert") or _first(environ, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"),
        client_cert=options.get("client-cert"),
        trusted_hosts=tuple(options.get("trusted-host", "").split()),
        proxies=tuple(_proxies(options.get("proxy"), environ)),
        timeout_s=_seconds(options.get("timeout", str(PIP_TIMEOUT_S))),
        netrc=next((path for path in _netrc_files(environ, home) if path.is_file()), None),
    )


def public_index() -> str:
    """Return the index that pip asks where none is configured."""
    from pip._internal.models.index import PyPI  # slow to load, and who asks for the files alone does not need it

    return str(PyPI.simple_url)


def home_folder(environ: Mapping[str, str]) -> Path:
    """Return the home folder that `environ` names, or else the account's."""
    return Path(environ.get("HOME") or Path.home())


def public_url(url: str) -> str:
    """Return a URL that may be stored: without user, password, query and fragment, any of which may be a secret."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _options(environ: Mapping[str, str], prefix: str | None, etc: Path) -> dict[str, str]:
    """Return each option's value; pip lets `[install]` of any file win over `[global]`, and variables over both."""
    sections: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for path in config_files(environ, prefix, etc):
        for section, values in _parse(path).items():
            sections.get(section, {}).update(values)
    variables = {_name(k[4:]): v for k, v in environ.items() if k.upper().startswith("PIP_")}
    merged: dict[str, str] = {}
    for values in (*sections.values(), variables):
        merged.update({ALIASES.get(key, key): value for key, value in values.items() if value})
    return merged


def config_files(environ: Mapping[str, str], prefix: str | None, etc: Path = Path("/etc")) -> list[Path]:
    """Return the files that pip reads, those that win last; they need not exist."""
    chosen = environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return []
    home = home_folder(environ)
    system = [Path(folder) for folder in environ.get("XDG_CONFIG_DIRS", "").split(os.pathsep) if folder]
    files = [folder / "pip" / "pip.conf" for folder in system or [etc / "xdg"]]
    files.append(etc / "pip.conf")
    if not (chosen and Path(chosen).exists()):
        user = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
        files += [home / ".pip" / "pip.conf", user / "pip" / "pip.conf"]
    if prefix:
        files.append(Path(prefix) / "pip.conf")
    if chosen:
        files.append(Path(chosen))
    return files


def _parse(path: Path) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser()
    parser.optionxform = _name  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(path.read_text(encoding="utf-8"), source=str(path))
    except (FileNotFoundError, NotADirectoryError, PermissionError, IsADirectoryError):
        return {}
    except (configparser.Error, UnicodeDecodeError) as error:
        cause = " ".join(str(error).split())
        raise ResolveError(
            f"pip's configuration cannot be read ({path}): {cause}", "mend the file; pip fails on it too"
        ) from error
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _name(option: str) -> str:
    return option.lower().replace("_", "-").removeprefix("--")


def _proxies(pip_proxy: str | None, environ: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield the proxy of each URL pattern: pip's own option, or the variables that every client knows."""
    direct = (_first(environ, "no_proxy", "NO_PROXY") or "").replace(",", " ").split()
    if "*" in direct:
        return
    if pip_proxy:
        yield "all://", _with_scheme(pip_proxy)
    else:
        for scheme in ("http", "https", "all"):
            if found := _first(environ, f"{scheme}_proxy", f"{scheme.upper()}_PROXY"):
                yield f"{scheme}://", _with_scheme(found)
    for host in direct:
        # A bare address of version 6 needs brackets to be a host; a leading dot means the domain itself as well.
        yield (f"all://[{host}]" if host.count(":") > 1 else f"all://*{host.removeprefix('.')}"), None


def _with_scheme(proxy: str) -> str:
    return proxy if "://" in proxy else f"http://{proxy}"


def _netrc_files(environ: Mapping[str, str], home: Path) -> list[Path]:
    return [Path(environ["NETRC"])] if environ.get("NETRC") else [home / ".netrc", home / "_netrc"]


def _first(environ: Mapping[str, str], *names: str) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ResolveError(f"pip's timeout is {text!r}, which is no number", "mend pip's configuration") from None
