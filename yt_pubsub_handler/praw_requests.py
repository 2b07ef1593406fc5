"""
Without this file praw would decide by itself what is sent twice.

prawcore hands all it sends to a requestor. Ours sends it once, keeps what Reddit says about limits instead of sleeping,
and knows whether a submission has left.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import prawcore
import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import NewConnectionError

SOON = 60.0
"""Seconds until what passes by itself has passed."""
_LOOKS = 3
"""So often is a page asked for: one in twenty failing, ten pages in a row would come in six of ten looks only."""
_FORM = "application/x-www-form-urlencoded"


class BadAnswer(Exception):
    """A status that prawcore would repeat the request for."""


@dataclass
class Exchange:
    """What has come and gone: whether a submission has left, and before when (monotonic) none may."""

    sent: bool = False
    not_before: float = 0.0


class Requestor(prawcore.Requestor):
    """
    Keeps prawcore from doing anything by itself.

    Exceptions that are not prawcore's pass through it and praw untouched, without another try. The exception is
    a 401, for which prawcore gets a new token: what was sent with the old one has been thrown away unread.
    """

    def __init__(self, *, exchange: Exchange, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._exchange = exchange

    def request(self, *args: Any, timeout: float | None = None, **keywords: Any) -> requests.Response:  # noqa: ARG002
        # Not that `timeout`: prawcore's session hands its own constant in, whatever anybody has set.
        exchange = self._exchange
        method, url = args or (keywords.pop("method"), keywords.pop("url"))
        submits = url.rstrip("/").endswith("/api/submit")
        exchange.sent = exchange.sent or submits
        try:
            answer = self._asked(method, url, keywords)
        except requests.ConnectionError as error:
            if submits and _never_connected(error):
                exchange.sent = False
            raise
        if submits and answer.status_code == 401:
            exchange.sent = False
        self._keep_limits(answer)
        if answer.status_code >= 500 or answer.status_code == 408:
            raise BadAnswer(f"HTTP {answer.status_code}")
        if answer.status_code == 400 and _errors(answer):
            # Reddit validates a submission with HTTP 400 and its usual list, for which praw has no eyes.
            answer.status_code = 200
        return answer

    def _asked(self, method: str, url: str, keywords: dict[str, Any]) -> requests.Response:
        """Ask, and again at once where Reddit has failed quickly: reading may be done as often as one likes."""
        times = _LOOKS if method.upper() == "GET" else 1
        while True:
            answer = send(self._http, method, url, **keywords, timeout=self.timeout)
            times -= 1
            if answer.status_code < 500 or not times:
                return answer

    def _keep_limits(self, answer: requests.Response) -> None:
        # prawcore would sleep, for up to ten minutes, between a claim and its submission.
        remaining, reset = (answer.headers.pop(f"x-ratelimit-{name}", None) for name in ("remaining", "reset"))
        if remaining is not None and float(remaining) < 1:
            self._exchange.not_before = time.monotonic() + float(reset or SOON)


def send(http: requests.Session, method: str, url: str, **keywords: Any) -> requests.Response:
    """
    Send what praw wants to, as `http` would: `keywords` are those of its `request`.

    What praw sends most has no cookies, no redirects and nothing of the environment, which took longer to look at than
    sending.
    """
    data, params = keywords.get("data"), keywords.get("params")
    if any(keywords.get(name) for name in ("auth", "files", "json", "cookies")) or isinstance(data, str | bytes):
        return http.request(method, url, **keywords)
    asked = requests.PreparedRequest()
    asked.method, asked.hooks = method.upper(), {}
    asked.url = f"{url}?{urlencode(params)}" if params else url
    asked.headers = CaseInsensitiveDict({**http.headers, **(keywords.get("headers") or {})})
    if data:
        asked.body = urlencode(data)
        asked.headers.update({"Content-Type": _FORM, "Content-Length": str(len(asked.body))})
    answer = http.get_adapter(url).send(asked, timeout=keywords.get("timeout"))
    _ = answer.content  # Read to its end, also where that fails.
    return answer


def _never_connected(error: requests.ConnectionError) -> bool:
    """Tell whether nothing can have been sent: no address, nobody listens, or no answer to our knocking."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _errors(answer: requests.Response) -> bool:
    try:
        said = answer.json()
    except ValueError:
        return False
    return isinstance(said, dict) and isinstance(said.get("json"), dict) and bool(said["json"].get("errors"))
