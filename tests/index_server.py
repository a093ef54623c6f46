"""A small package index on loopback, and small wheels to serve from it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

JSON = "application/vnd.pypi.simple.v1+json"


def make_wheel(
    name: str,
    version: str,
    files: Mapping[str, bytes] | None = None,
    tag: str = "py3-none-any",
    requires_python: str = "",
    requires: Sequence[str] = (),
) -> tuple[str, bytes, str]:
    """Return file name, bytes and RECORD of a wheel with these files and its metadata."""
    info = f"{name}-{version}.dist-info"
    demands = f"Requires-Python: {requires_python}\n" if requires_python else ""
    demands += "".join(f"Requires-Dist: {line}\n" for line in requires)
    members = {
        **(files if files is not None else {f"{name}/__init__.py": f"VERSION = {version!r}\n".encode()}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{demands}".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    record = "".join(f"{path},{record_hash(data)},{len(data)}\n" for path, data in members.items())
    record += f"{info}/RECORD,,\n"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, data in {**members, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(path, data)
    return f"{name}-{version}-{tag}.whl", target.getvalue(), record


def record_hash(data: bytes) -> str:
    """Return a digest as RECORD spells it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


@dataclass
class IndexServer:
    """What is served, and how well. `requests` are (path, Range) of everything that was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    json: bool = True
    hashes: bool = True
    ranges: bool = True
    account: tuple[str, str] | None = None
    fail_with: int | None = None
    failures_left: int = 10**9
    delay_s: float = 0.0
    break_after: int | None = None
    pause_every: int | None = None
    """Bytes after which a file's transfer rests a little, so that somebody can come in between."""
    requires_python: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, str] = field(default_factory=dict)
    """Upload times by file name; without one, a page gives none."""
    yanked: set[str] = field(default_factory=set)
    beside: dict[str, bytes] = field(default_factory=dict)
    """Metadata files, by the name of the wheel."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """The address of its index, without credentials."""
        return f"http://127.0.0.1:{self.port}/simple"

    def add(self, wheel: tuple[str, bytes, str], uploaded: str | None = None) -> None:
        """Offer a wheel, with an upload time if there is one."""
        self.files[wheel[0]] = wheel[1]
        if uploaded is not None:
            self.uploads[wheel[0]] = uploaded

    def page(self, project: str) -> list[str]:
        """Return the names of a project's files."""
        return [name for name in self.files if re.sub(r"[-_.]+", "-", name.split("-")[0]).lower() == project]


@contextmanager
def serving(server: IndexServer) -> Iterator[IndexServer]:
    """Yield the server while it answers on a free port of loopback."""
    handler = type("Handler", (_Handler,), {"index": server})
    http = _Quiet(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    server.port = http.server_port
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that gives up waiting is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    index: IndexServer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: tests read `requests`."""

    def do_GET(self) -> None:
        index = self.index
        index.requests.append((self.path, self.headers.get("Range", "")))
        time.sleep(index.delay_s)
        if index.fail_with and index.failures_left > 0:
            index.failures_left -= 1
            return self.answer(index.fail_with, b"trouble", "text/plain")
        if index.account and self.headers.get("Authorization") != _basic(index.account):
            return self.answer(401, b"who are you?", "text/plain")
        name = unquote(self.path.rpartition("/")[2])
        if self.path.startswith("/files/") and name.removesuffix(".metadata") in index.beside:
            return self.answer(200, index.beside[name.removesuffix(".metadata")], "application/octet-stream")
        if self.path.startswith("/files/") and name in index.files:
            return self.send_file(index.files[name])
        if self.path.startswith("/simple/") and (names := index.page(self.path.split("/")[2])):
            return self.send_page(names)
        return self.answer(404, b"nothing here", "text/plain")

    def send_page(self, names: list[str]) -> None:
        index = self.index
        digests = {name: hashlib.sha256(index.files[name]).hexdigest() for name in names}
        if index.json:
            files = [
                {
                    "filename": name,
                    "url": f"/files/{name}",
                    "hashes": {"sha256": digests[name]} if index.hashes else {},
                    "size": len(index.files[name]),
                    "requires-python": index.requires_python.get(name),
                    "yanked": name in index.yanked,
                    **({"upload-time": index.uploads[name]} if name in index.uploads else {}),
                }
                for name in names
            ]
            return self.answer(200, json.dumps({"files": files}).encode(), JSON)
        links = [
            f'<a href="../../files/{name}{"#sha256=" + digests[name] if index.hashes else ""}"'
            f' data-requires-python="{index.requires_python.get(name, "").replace(">", "&gt;")}">{name}</a><br>'
            for name in names
        ]
        return self.answer(200, f"<html><body>{''.join(links)}</body></html>".encode(), "text/html; charset=utf-8")

    def send_file(self, data: bytes) -> None:
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if not (self.index.ranges and asked):
            return self.answer(200, data, "application/octet-stream")
        if asked[1]:
            start, end = int(asked[1]), min(int(asked[2] or len(data) - 1), len(data) - 1)
        else:
            start, end = max(len(data) - int(asked[2]), 0), len(data) - 1
        if start >= len(data):
            return self.answer(416, b"", "text/plain")
        headers = {"Content-Range": f"bytes {start}-{end}/{len(data)}"}
        return self.answer(206, data[start : end + 1], "application/octet-stream", headers)

    def answer(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if (
            self.index.break_after is not None
            and self.path.startswith("/files/")
            and len(body) > self.index.break_after
        ):
            self.wfile.write(body[: self.index.break_after])
            self.close_connection = True
            return
        step = self.index.pause_every or len(body) or 1
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            time.sleep(0.05 if self.index.pause_every else 0)


def _basic(account: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(account).encode()).decode()
