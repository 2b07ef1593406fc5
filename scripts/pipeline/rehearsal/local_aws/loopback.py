"""
Without this file each server here would look up its host's name, print its clients' hang-ups, and wait 40 ms.

The delay is Nagle's algorithm meeting delayed acknowledgements: headers and body are two writes.
"""

from __future__ import annotations

import socketserver
import sys
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pipeline.errors import CouldNotAnswer

HOST = "127.0.0.1"


class LoopbackServer(ThreadingHTTPServer):
    """An HTTP server for this machine alone, serving from a thread of its own until it is closed."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler], *, port: int = 0, name: str) -> None:
        """
        Start to serve; port 0 takes any free one.

        Raises CouldNotAnswer when the port is taken.
        """
        try:
            super().__init__((HOST, port), handler)
        except OSError as error:
            raise CouldNotAnswer(
                f"Port {port} of {HOST} cannot be listened on ({error.strerror}): end the program that "
                "holds it, or choose another port (0 takes any free one)."
            ) from error
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name=name, daemon=True
        )
        self._thread.start()

    def server_bind(self) -> None:
        # HTTPServer's own asks the resolver for this machine's name, which nobody here needs.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Stop listening; answers under way go on in their threads."""
        self.shutdown()
        self._thread.join()
        self.server_close()


class LoopbackHandler(BaseHTTPRequestHandler):
    """What the handlers here share: each method comes to `serve`, and nothing is printed."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def serve(self) -> None:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        # The base class looks for do_GET, do_POST and so on, whatever the client sent.
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so.
        """Print nothing: every request would be a line on the standard error of the rehearsal."""

    def read_body(self) -> bytes:
        """Read what the client sent, in chunks or by length."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0].strip() or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # Trailers, which nobody here sends, end with an empty line.
        return body

    def answer(self, status: int, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
