"""The distribution's own package archive, as this machine's apt is set up to use it. Empty where there is no apt."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reproof.adapters.process import Completed, ask
from reproof.errors import ResolveError
from reproof.facts.system_libraries import PACKAGES, policy_name
from reproof.recorder.packages_deb import owners

OPTIONS = re.compile(r"(Acquire::(?:https?::(?:Proxy|CA|Verify|Ssl|SSL)|Check-)\S*) \"(.*)\";")
"""Settings without which the archive may not be reached, as `apt-config dump` prints them."""
FIELDS = ("REPO_URI", "RELEASE", "COMPONENT", "ORIGIN", "SIGNED_BY")


STATE = ("/var/lib/apt/lists", "/etc/apt/sources.list", "/etc/apt/sources.list.d")
"""What changes when apt is set up otherwise, or has fetched newer lists."""


@dataclass(frozen=True)
class Source:
    """One component of one suite in one archive."""

    url: str
    suite: str
    component: str
    signed_by: str = ""

    @property
    def line(self) -> str:
        """The entry as `sources.list` spells it."""
        options = f" [signed-by={self.signed_by}]" if self.signed_by.startswith("/") else ""
        return f"deb{options} {self.url} {self.suite} {self.component}"


class AptArchive:
    """What apt here can fetch. Third-party archives do not count: a base comes from the distribution alone."""

    def __init__(self, os_release: Path = Path("/etc/os-release"), ask: Callable[..., Completed] = ask) -> None:
        self._os_release = os_release
        self._ask = ask

    def suites(self) -> tuple[str, ...]:
        """Return the releases that a base can be fetched of, such as `bookworm`; empty without apt."""
        codename = self._system.get("VERSION_CODENAME", "")
        return (codename,) if any(source.suite == codename for source in self._sources) else ()

    def sources(self, suite: str) -> tuple[str, ...]:
        """Return the one-line entries for a release, with its updates and security fixes; empty if apt has none."""
        wanted = (suite, f"{suite}-updates", f"{suite}-security")
        found = [source for source in self._sources if source.suite in wanted]
        return tuple(source.line for source in sorted(found, key=lambda source: wanted.index(source.suite)))

    def options(self) -> tuple[str, ...]:
        """Return the apt options that reach the archive from here (proxy, certificates), as `Name "value";`.

        They may hold a password: pass them on, never store them.
        """
        dump = self._ask(("apt-config", "dump")).stdout.decode(errors="replace")
        return tuple(f'{name} "{value}";' for name, value in OPTIONS.findall(dump) if value)

    def versions(self, names: Iterable[str]) -> dict[str, tuple[str, ...]] | None:
        """Return the versions that the archive offers of each package, newest first; None if apt has no lists."""
        wanted = sorted(set(names))
        if not wanted:
            return {}
        printed = self._ask(("apt-cache", "madison", *wanted)).stdout.decode(errors="replace")
        offered: dict[str, dict[str, None]] = {}
        for line in printed.splitlines():
            fields = [field.strip() for field in line.split("|")]
            if len(fields) == 3 and not fields[2].endswith("Sources"):
                offered.setdefault(fields[0], {})[fields[1]] = None
        return {name: tuple(versions) for name, versions in offered.items()} or None

    def packages_of(self, sonames: Iterable[str]) -> dict[str, str]:
        """Return the package of each of these libraries that has one: of those installed here, else by its name.

        Debian's packages of libraries are named after them; a name counts if the archive offers such a package.
        """
        wanted = sorted(set(sonames))
        folders = ("/usr/lib", "/lib", f"/usr/lib/{self._machine}-linux-gnu", f"/lib/{self._machine}-linux-gnu")
        owned = owners({f"{folder}/{soname}" for folder in folders for soname in wanted})
        found = {path.rpartition("/")[2]: package for path, package in owned.items()}
        names = {soname: (PACKAGES[soname],) if soname in PACKAGES else policy_name(soname) for soname in wanted}
        offered = self.versions(name for soname in wanted if soname not in found for name in names[soname]) or {}
        for soname in wanted:
            if name := next((name for name in names[soname] if name in offered), None):
                found.setdefault(soname, name)
        return found

    def download(self, package: str, folder: Path) -> Path:
        """Fetch the file of a package, `name` or `name=version`, into `folder`; return its path.

        Raises:
            ResolveError: the archive does not have it any more, or cannot be reached.
        """
        done = self._ask(("apt-get", "download", package), folder)
        found = sorted(folder.glob(f"{package.partition('=')[0]}_*.deb"))
        if done.code != 0 or not found:
            said = done.stderr.strip().splitlines()
            raise ResolveError(
                f"the archive does not give {package}: {said[-1] if said else 'no file came'}",
                "run `apt-get update`, then `reproof plan` again",
            )
        return found[-1]

    @cached_property
    def _machine(self) -> str:
        return platform.machine()

    @cached_property
    def _system(self) -> dict[str, str]:
        try:
            lines = self._os_release.read_text(encoding="utf-8").splitlines()
        except OSError:
            return {}
        pairs = (line.partition("=") for line in lines)
        return {name: value.strip("\"'") for name, _, value in pairs}

    @cached_property
    def _sources(self) -> tuple[Source, ...]:
        """The sources with lists, or, on a machine that has not fetched any yet, those that it would fetch from."""
        found = self._listed() or self._planned()
        return tuple(dict.fromkeys(found))

    def _listed(self) -> list[Source]:
        form = "|".join(f"$({name})" for name in FIELDS)
        printed = self._ask(("apt-get", "indextargets", "--format", form, "Created-By: Packages")).stdout.decode()
        rows = [["" if field.startswith("$(") else field for field in line.split("|")] for line in printed.splitlines()]
        return [
            Source(url, suite, component, signed_by)
            for url, suite, component, origin, signed_by in rows
            if origin.lower() == self._system.get("ID", "")
        ]

    def _planned(self) -> list[Source]:
        printed = self._ask(("apt-get", "update", "--print-uris")).stdout.decode(errors="replace")
        found = re.findall(r"'([^' ]+)/dists/([^' ]+)/([^'/ ]+)/binary-[^'/]+/Packages", printed)
        own = re.compile(rf"/{re.escape(self._system.get('ID', ''))}(-security)?$")
        return [Source(f"{url}/", suite, component) for url, suite, component in found if own.search(url)]
