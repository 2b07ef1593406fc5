"""
Without this file the hub could not be asked for anything. It is asked here, and never inside a user's request.

A busy hub stalls for 20 s and then answers 503. Redirects are followed by hand: a POST has to stay a POST, and what
is sent is secret.
"""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlencode, urljoin, urlsplit

from yt_pubsub_handler.settings import is_confidential
from yt_pubsub_handler.websub.timing import ASKED_FOR

SECONDS_TO_ANSWER = 30.0
_REDIRECTS = (307, 308)
_MOST_REDIRECTS = 3
_LONGEST_REASON = 200


@dataclass(frozen=True)
class Request:
    """What is asked of the hub; whoever knows the last three could speak to us in its name."""

    mode: str
    topic: str
    callback: str = field(repr=False)
    secret: str = field(repr=False)
    verify_token: str | None = field(repr=False)

    def form(self) -> dict[str, str]:
        """Return the fields of WebSub 5.1, and those of 0.3 that Google's hub still reads."""
        fields = {"hub.mode": self.mode, "hub.topic": self.topic, "hub.callback": self.callback}
        fields["hub.verify"] = "async"
        if self.verify_token is not None:
            fields["hub.verify_token"] = self.verify_token
        if self.mode == "subscribe":
            fields["hub.secret"] = self.secret
            fields["hub.lease_seconds"] = str(int(ASKED_FOR.total_seconds()))
        return fields

    def hidden_in(self, text: str) -> str:
        """Return `text` without what only the hub and we know: hubs quote what they do not like."""
        for secret in (self.callback.rsplit("/", 1)[-1], self.secret, self.verify_token):
            text = text.replace(secret, "…") if secret else text
        return text


@dataclass(frozen=True)
class Accepted:
    """It will verify (202), or has verified before it answered (204)."""

    done: bool


@dataclass(frozen=True)
class Busy:
    """It wants to be left alone, or does not answer at all; `wait` is for how long, where it says so."""

    reason: str
    wait: timedelta | None = None


@dataclass(frozen=True)
class Failed:
    """It did not do it, this time."""

    reason: str


Answer = Accepted | Busy | Failed


def ask(hub_url: str, request: Request, seconds: float = SECONDS_TO_ANSWER) -> Answer:
    """Send `request` to the hub; whatever goes wrong is an answer too. No transaction may be open meanwhile."""
    url = hub_url
    for _ in range(_MOST_REDIRECTS + 1):
        if not is_confidential(url):
            return Failed("it leads to where others could read our secret")
        try:
            status, headers, text = _post(url, request.form(), seconds)
            if status not in _REDIRECTS:
                return _understood(request, status, headers, text)
            url = urljoin(url, headers.get("location", ""))
        except (OSError, HTTPException) as error:
            # It is the hub that does not answer, whatever it is asked for.
            return Busy(f"no answer: {type(error).__name__}")
        except ValueError:
            return Failed("it leads to what is no address")
    return Failed(f"it redirects more than {_MOST_REDIRECTS} times")


def _post(url: str, form: Mapping[str, str], seconds: float) -> tuple[int, dict[str, str], str]:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "yt-pubsub-handler"}
        connection.request("POST", target, urlencode(form).encode(), headers)
        answer: HTTPResponse = connection.getresponse()
        text = answer.read(2000).decode(errors="replace")
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text
    finally:
        connection.close()


def _understood(request: Request, status: int, headers: Mapping[str, str], text: str) -> Answer:
    if 200 <= status < 300:
        return Accepted(done=status == 204)
    words = request.hidden_in(" ".join(text.split()))[:_LONGEST_REASON]
    if status == 409:
        return Failed(f"it could not verify our callback (HTTP 409) {words}".rstrip())
    reason = f"HTTP {status} {words}".rstrip()
    if status in (429, 503):
        return Busy(reason, _wait(headers.get("retry-after", ""), datetime.now(UTC)))
    return Failed(reason)


def _wait(header: str, now: datetime) -> timedelta | None:
    """Read `Retry-After`, seconds or a date; None where it says nothing we understand."""
    header = header.strip()
    if header.isascii() and header.isdecimal():
        return timedelta(seconds=min(int(header[:10]), 10**9))
    try:
        then = email.utils.parsedate_to_datetime(header)
    except (ValueError, IndexError, TypeError):
        return None
    return max(then.replace(tzinfo=then.tzinfo or UTC) - now, timedelta())
