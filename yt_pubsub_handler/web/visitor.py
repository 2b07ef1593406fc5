"""
Without this file no page would know who is looking at it.

The cookie holds a random token and nothing else about anybody: who it belongs to, and whether it still does, is asked
of the database once in a request, and only by pages that want to know.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

from flask import abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from yt_pubsub_handler.people import accounts
from yt_pubsub_handler.settings import settings_of
from yt_pubsub_handler.web.paths import SAFE_METHODS, path_asked_for

P = ParamSpec("P")
_TOKEN = "sign_in"  # noqa: S105 - its name in the session.
_KNOWN = "yt_pubsub_handler.visitor"


@dataclass(frozen=True)
class Visitor:
    """Who is signed in; `subreddits`, in lower case, are those that they were last seen to moderate."""

    account_id: int
    name: str
    sign_in_id: int
    subreddits: frozenset[str]
    is_admin: bool


def current() -> Visitor | None:
    """Return who is looking, None if nobody is signed in. Raises SQLAlchemy's DBAPIError where somebody may be."""
    if _KNOWN not in request.environ:
        know(_look_up())
    visitor: Visitor | None = request.environ[_KNOWN]
    return visitor


def know(visitor: Visitor | None) -> None:
    """Keep it for the rest of the request: not in `g`, which lives longer where an app's context is entered before."""
    request.environ[_KNOWN] = visitor


def signed_in(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let nobody in who is not signed in: whoever only looks is sent to sign in and back."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if current() is not None:
            return view(*args, **kwargs)
        if request.method not in SAFE_METHODS:
            abort(401)
        return redirect(url_for("signing_in.sign_in", next=path_asked_for()))

    return guarded


def admin_only(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """For all but the operators it is not there."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        visitor = current()
        if visitor is None or not visitor.is_admin:
            abort(404)
        return view(*args, **kwargs)

    return guarded


def token() -> str | None:
    """Return what this browser is known by; whether anybody is, the database knows."""
    held = session.get(_TOKEN)
    return held if isinstance(held, str) else None


def begin(token: str) -> None:
    """
    Make this browser's session one of whoever holds `token`.

    All that was in it goes, the forms' token too: somebody may have planted it.
    """
    session.clear()
    session.permanent = True
    session[_TOKEN] = token
    request.environ.pop(_KNOWN, None)


def leave() -> None:
    """Nobody is signed in here any more."""
    session.clear()
    know(None)


def _look_up() -> Visitor | None:
    held = token()
    if held is None:
        return None
    found = accounts.find(held)
    if found is None:
        # The rest stays: a form that was open when it ended says so, and not that it had been forged.
        session.pop(_TOKEN)
        return None
    is_admin = found.name.lower() in settings_of().admin_reddit_users
    return Visitor(found.account_id, found.name, found.sign_in_id, found.subreddits, is_admin)
