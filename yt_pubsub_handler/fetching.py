"""
Without this file each module that asks YouTube would have its own idea of how long to wait and how much to read.

Who asks names the whole URL, and nobody else can: a redirect is an answer like any other and is not followed, so that
no answer makes us ask another host.
"""

from __future__ import annotations

import functools
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message

_AGENT = "yt-pubsub-handler"
_CHUNK = 64 * 1024


class CannotFetch(Exception):
    """There is no answer, or one that is too large or too slow. The message has no URL: it may hold what is secret."""


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status; header names do not care about their case."""

    status: int
    headers: Message
    body: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        return self.headers.get(name)


def fetch(url: str, headers: Mapping[str, str], *, seconds: float, largest: int) -> Answer:
    """
    GET `url` and read at most `largest` bytes within about `seconds`, each wait for the network included.

    Raises CannotFetch. A status is no error here.
    """
    until = time.monotonic() + seconds
    request = urllib.request.Request(url, headers={"User-Agent": _AGENT, **headers})  # noqa: S310 - checked in settings.
    try:
        with _opener().open(request, timeout=seconds) as response:
            return Answer(response.status, response.headers, _body(response, until, largest))
    except urllib.error.URLError as error:
        raise CannotFetch(f"no answer ({_kind(error.reason)})") from None
    except (OSError, http.client.HTTPException) as error:
        raise CannotFetch(f"the answer broke off ({_kind(error)})") from None


@functools.cache
def _opener() -> urllib.request.OpenerDirector:
    """
    Neither a handler of redirects, nor of errors, nor of files is in it.

    Made once: reading the certificates of all authorities takes longer than many an answer.
    """
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
        opener.add_handler(handler())
    return opener


def _body(response: http.client.HTTPResponse, until: float, largest: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    while part := response.read1(_CHUNK):
        parts.append(part)
        length += len(part)
        if length > largest:
            raise CannotFetch(f"the answer has more than {largest} bytes")
        if time.monotonic() > until:
            raise CannotFetch("the answer takes too long")
    if response.length:  # What was promised and never came; `read1` says nothing of it.
        raise CannotFetch("the answer broke off")
    return b"".join(parts)


def _kind(reason: object) -> str:
    # Some reasons are exceptions with an address in their words, some are strings.
    return type(reason).__name__ if isinstance(reason, BaseException) else str(reason)
