"""Serves a dated index on loopback, to installers and to solvers.

`/simple/` is an ordinary index with the files themselves, which are passed through: whoever asks needs neither the
user's credentials nor proxies nor certificates, and learns none. `/solve/` is for resolving alone. Each release has one
file there, a wheel that stands for whatever the target would install, source distributions included, and consists of
metadata only: so no solver builds or downloads anything, and none needs to know the target's tags. `/lenient/` is the
same with yanked releases as ordinary ones.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import httpx

from reproof.adapters.dated.answers import Answers, NotHere, View
from reproof.adapters.dated.asof import DatedFile
from reproof.adapters.dated.index import DatedIndex
from reproof.adapters.dated.pages import render_html, render_json
from reproof.adapters.index_http import IndexFailure
from reproof.adapters.index_pages import JSON_TYPE
from reproof.adapters.index_wheel import PLAIN
from reproof.errors import ResolveError

BINARY = "application/octet-stream"
PASSED_ON = ("Content-Length", "Content-Range", "Accept-Ranges", "Last-Modified", "ETag")


@dataclass(frozen=True)
class Served:
    """The addresses of an index that is being served."""

    root: str

    @property
    def simple(self) -> str:
        """For installers."""
        return f"{self.root}/simple"

    def solver(self, lenient: bool = False) -> str:
        """For solvers; `lenient` does not tell what is yanked."""
        return f"{self.root}/{'lenient' if lenient else 'solve'}"


@contextmanager
def serving(index: DatedIndex, view: View | None = None) -> Iterator[Served]:
    """Yield where an index answers on a free port of loopback; it stops when the block ends.

    Without a `view` there are no pages for solvers.
    """
    handler = type("Handler", (_Handler,), {"answers": Answers(index, view)})
    server = _Server(handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    if server.trouble:
        raise server.trouble[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.trouble: list[BaseException] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep what went wrong, for whoever started the server; a client that goes away is nothing wrong."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.trouble.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 << 10
    answers: Answers

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the index keeps what it was asked for."""

    def do_GET(self) -> None:
        """Answer a request."""
        parts = [unquote(part) for part in self.path.partition("?")[0].strip("/").split("/")]
        try:
            match parts:
                case [("simple" | "solve" | "lenient") as face, project]:
                    self._page(face, project)
                case ["files", token, name] if name.endswith(".metadata"):
                    self._answer(200, self.answers.metadata(token), BINARY)
                case ["files", token, _]:
                    self._pass_through(self.answers.file(token))
                case ["solve" | "lenient", project, version, name] if name.endswith(".metadata"):
                    self._answer(200, self.answers.stand_in_metadata(project, version), BINARY)
                case ["solve" | "lenient", project, version, _]:
                    self._answer(200, self.answers.stand_in(project, version), BINARY)
                case _:
                    raise NotHere
        except NotHere:
            self._answer(404, b"nothing here as of that instant\n", "text/plain")
        except ResolveError as error:
            self._answer(502, error.message.encode() + b"\n", "text/plain")

    do_HEAD = do_GET

    def _page(self, face: str, project: str) -> None:
        links = self.answers.page(face, project)
        if JSON_TYPE in self.headers.get("Accept", ""):
            self._answer(200, render_json(project, links), JSON_TYPE)
        else:
            self._answer(200, render_html(project, links), "text/html; charset=utf-8")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        # The port is another one next time, and what is worth keeping is kept on this side.
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def _pass_through(self, dated: DatedFile) -> None:
        """Send a file, or the part that was asked for, as its place sends it."""
        if (path := dated.file.local) is not None:
            return self._answer(200, path.read_bytes(), BINARY)
        wanted = self.headers.get("Range")
        connection = self.answers.index.index.connection
        with connection.stream(dated.file.url, PLAIN | ({"Range": wanted} if wanted else {}), patient=True) as response:
            if response.status_code in (404, 410):
                raise NotHere
            self._send_head(response)
            try:
                for chunk in connection.chunks(response) if self.command != "HEAD" else ():
                    self.wfile.write(chunk)
            except IndexFailure:
                # Half an answer is sent: closing tells the client that the rest is missing.
                self.close_connection = True
            self.wfile.flush()

    def _send_head(self, response: httpx.Response) -> None:
        self.send_response(response.status_code)
        self.send_header("Content-Type", BINARY)
        for name in PASSED_ON:
            if name in response.headers:
                self.send_header(name, response.headers[name])
        if "Content-Length" not in response.headers or self.command == "HEAD":
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
