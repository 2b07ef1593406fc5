"""A stand-in for YouTube's API and feeds: it answers what it is told, and remembers what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Said:
    """One answer. `promised` is a Content-Length that is not kept; `drip` seconds pass before each byte."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None
    drip: float = 0


@dataclass
class Asked:
    path: str
    headers: dict[str, str]


@dataclass
class YouTube:
    url: str
    answer: Callable[[Asked], Said]
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def standing_in() -> Iterator[YouTube]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()})
            youtube.asked.append(asked)
            said = youtube.answer(asked)
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body) if said.promised is None else said.promised))
            self.end_headers()
            if said.drip:
                self._drip(said)
            else:
                self.wfile.write(said.body)

        def _drip(self, said: Said) -> None:
            for number in range(len(said.body)):
                time.sleep(said.drip)
                try:
                    self.wfile.write(said.body[number : number + 1])
                except OSError:  # Whoever asked has gone, which is the point.
                    return

        def log_message(self, *_: object) -> None:
            """Say nothing: the test looks at `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    youtube = YouTube(f"http://127.0.0.1:{server.server_port}", lambda _: Said(404))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield youtube
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
