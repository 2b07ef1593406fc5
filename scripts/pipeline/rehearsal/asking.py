"""Without this file a proxy or a redirect of the caller's could answer for what is asked on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from urllib.parse import urlsplit

from pipeline.errors import Found


@dataclass(frozen=True)
class Answer:
    """What was said over HTTP."""

    status: int
    body: bytes
    headers: Message = field(default_factory=Message, compare=False, repr=False)

    def __str__(self) -> str:
        return f"HTTP {self.status} {self.body[:300].decode(errors='replace')!r}"


def request(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    """One HTTP request without redirects, proxies or a second try; raises Found when nobody answers."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.read(), response.headers)
    except OSError as error:
        raise Found(f"{method} {parts.path} was not answered: {error}") from error
    finally:
        connection.close()
