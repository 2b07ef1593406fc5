"""
Without this file nobody would know whether a second destination is one file.

A place is a channel's webhook; its URL is a secret. With `?wait=true` Discord answers when the message is there, with
its id. A webhook can fetch a message of its own by that id and list none, so an attempt whose answer was lost can
never be looked up: a person looks into the channel.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import requests
from urllib3.exceptions import NewConnectionError

from yt_pubsub_handler.destinations.interface import CannotLook, Found, Later, Outcome, Posted, Refused, Unknown
from yt_pubsub_handler.settings import Settings

WEBHOOK = re.compile(r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/[\w-]+", re.ASCII)
"""Places are typed by people: whatever else they type, we ask nobody for it."""
_TIMEOUT = 16.0
_SOON = 60.0
_GONE = frozenset({401, 403, 404})


class Discord:
    """Channels of any server, each by its webhook."""

    name = "discord"
    longest_title = 1900
    """A message has 2,000 characters, and the link is one of its lines."""
    lateness = timedelta(0)

    def __init__(self, *, timeout: float = _TIMEOUT, webhook: re.Pattern[str] = WEBHOOK) -> None:
        self._timeout = timeout
        self._webhook = webhook
        self._http = requests.Session()
        # Sends no credentials of a .netrc file, and nothing through a proxy of the environment.
        self._http.trust_env = False

    def submit(self, place: str, title: str, url: str) -> Outcome:
        if not self._webhook.fullmatch(place):
            return Refused(
                "this is no webhook of Discord: copy its URL from the channel's settings, under Integrations"
            )
        # A title that has "@everyone" in it calls nobody.
        message = {"content": f"{title}\n{url}", "allowed_mentions": {"parse": []}}
        try:
            answer = self._http.post(
                place, params={"wait": "true"}, json=message, timeout=self._timeout, allow_redirects=False
            )
        except requests.RequestException as error:
            # Its words hold the URL.
            if _never_connected(error):
                return Later(_SOON, f"Discord cannot be reached: {type(error).__name__}", whole=True)
            return Unknown(f"no answer: {type(error).__name__}")
        return _judged(answer)

    def find(self, place: str, url: str, since: datetime) -> Found | None:  # noqa: ARG002 - the interface's.
        raise CannotLook("a webhook cannot list what it has posted", never=True)

    def close(self) -> None:
        self._http.close()


def open_destination(settings: Settings) -> Discord:  # noqa: ARG001 - all it needs is in the webhook.
    return Discord()


def _judged(answer: requests.Response) -> Outcome:
    said = _json(answer)
    if answer.status_code == 200 and said.get("id"):
        # Asking again before the bucket is filled would be answered with 429.
        used_up = answer.headers.get("X-RateLimit-Remaining") == "0"
        rest = _number(answer.headers.get("X-RateLimit-Reset-After"), 0.0) if used_up else 0.0
        return Posted(str(said["id"]), None, rest)
    if answer.status_code == 429:
        seconds = _number(said.get("retry_after") or answer.headers.get("Retry-After"), _SOON)
        # Without a body it is the network's edge, and about our address.
        whole = bool(said.get("global", not said)) or answer.headers.get("X-RateLimit-Scope") == "global"
        return Later(seconds, "Discord has too many messages of ours (HTTP 429)", whole)
    if answer.status_code in _GONE and said:
        return Refused(f"the webhook is gone, or was never one (HTTP {answer.status_code}): make a new one")
    if answer.status_code == 400:
        return Refused(f"Discord refuses the message: {said.get('message', 'HTTP 400')}")
    return Unknown(f"HTTP {answer.status_code}")


def _json(answer: requests.Response) -> dict[str, object]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _number(said: object, otherwise: float) -> float:
    try:
        return max(float(str(said)), 0.0)
    except ValueError:
        return otherwise


def _never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
