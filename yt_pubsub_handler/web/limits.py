"""
Without this file somebody could send a form as often as a program can.

Each sandbox of Lambda sees a part of the requests, so the database counts: one statement for each, in windows by its
own clock. Who it was is kept as a keyed hash, for a day.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Collection
from typing import ParamSpec

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from werkzeug.exceptions import TooManyRequests

from yt_pubsub_handler.database import db
from yt_pubsub_handler.settings import settings_of
from yt_pubsub_handler.web import visitor

P = ParamSpec("P")

_COUNT = text("""
INSERT INTO rate_limits (key, window_start, count)
VALUES (:key, to_timestamp(floor(extract(epoch FROM now()) / :seconds) * :seconds), 1)
ON CONFLICT (key, window_start) DO UPDATE SET count = least(rate_limits.count, 1000000) + 1
RETURNING count, ceil(extract(epoch FROM window_start) + :seconds - extract(epoch FROM now()))
""")


def limited(
    name: str, *, times: int, seconds: int, methods: Collection[str] = ("POST",)
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """
    Let each account, or else each address, use a view so many `times` in so many `seconds`, and answer 429 then.

    Views with the same `name` share one count.
    """

    def limit(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            # Flask answers HEAD by the view for GET.
            if ("GET" if request.method == "HEAD" else request.method) in methods:
                _count(name, times, seconds)
            return view(*args, **kwargs)

        return guarded

    return limit


def client_address() -> str:
    """
    Return who is asking, as API Gateway saw it.

    Not REMOTE_ADDR: Zappa takes it from X-Forwarded-For, the second from the right, which on a regional endpoint is
    whatever the client had sent.
    """
    event = request.environ.get("lambda.event")
    if isinstance(event, dict):
        # Without this, nobody is told apart from anybody: too strict is better than for nobody.
        return str(event.get("requestContext", {}).get("identity", {}).get("sourceIp") or "unknown")
    return request.remote_addr or "unknown"


def _count(name: str, times: int, seconds: int) -> None:
    counted = db.session.execute(_COUNT, {"key": _key(name), "seconds": seconds}).one()
    db.session.commit()
    count, left = counted
    if count > times:
        raise TooManyRequests(
            f"That was done more than {times} times. Wait {_in_words(int(left))}, and try again. Nothing was changed.",
            retry_after=int(left),
        )


def _key(name: str) -> str:
    who = visitor.current()
    by = f"account {who.account_id}" if who else f"address {_network(client_address())}"
    return hmac.new(settings_of().secret_key.encode(), f"{name} by {by}".encode(), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    """Whoever has an IPv6 address has at least 2^64 of them."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))


def _in_words(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{-(-seconds // 60)} minutes"
