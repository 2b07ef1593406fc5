"""
Without this file nobody could show that they moderate a subreddit.

OAuth's code flow, as Reddit does it: `state` binds the answer to the browser that asked, and PKCE the code to us. The
address that Reddit sends people back to is made of PUBLIC_URL, never of what a request says its host is.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from yt_pubsub_handler.people import accounts, reddit_api
from yt_pubsub_handler.people.reddit_api import SOON, CannotAskReddit, NotAllowed, NotSetUp
from yt_pubsub_handler.settings import Settings, settings_of
from yt_pubsub_handler.web import visitor
from yt_pubsub_handler.web.limits import limited
from yt_pubsub_handler.web.paths import address_within, path_within

logger = logging.getLogger(__name__)

blueprint = Blueprint("signing_in", __name__)

CALLBACK = "/sign-in/callback"
_UNDER_WAY = "signing_in"
_AFTERWARDS = "/links"
_CANNOT_ASK = "Reddit cannot be asked who you are now, so nothing was changed. Try to sign in again in half a minute."
_DENIED = "You did not allow it at Reddit, so nothing was changed. Without it nobody can know what you moderate."
_STRAY = (
    "This answer of Reddit does not belong to a sign-in that was begun in this browser, or it was used already. "
    "Begin again; cookies have to be allowed."
)
_REFUSED = "Reddit did not accept what it had sent with you, perhaps because it took too long. Begin again."


@blueprint.get("/sign-in")
@limited("sign-in", times=10, seconds=600, methods=("GET",))
def sign_in() -> ResponseReturnValue:
    """Send a browser to Reddit to be asked for consent."""
    path = path_within(request.args.get("next")) or _AFTERWARDS
    if visitor.current() is not None:
        return redirect(address_within(path))
    settings = settings_of()
    state = secrets.token_urlsafe(32)
    try:
        address, verifier = reddit_api.authorize_address(settings, _callback(settings), state)
    except NotSetUp as error:
        logger.error("nobody can sign in: %s", error)  # noqa: TRY400 - settings are missing; a stack says nothing more.
        raise ServiceUnavailable("Signing in is not set up here yet. Its operators have to do that.") from None
    # One at a time: a cookie holds 4 kB, and each that was given up would stay in it.
    session[_UNDER_WAY] = {"state": state, "verifier": verifier, "next": path}
    return redirect(address)


@blueprint.get(CALLBACK)
@limited("sign-in-callback", times=20, seconds=600, methods=("GET",))
def callback() -> ResponseReturnValue:
    """Take in what Reddit sends a browser back with."""
    under_way = _answered()
    if under_way is None:
        return _failed("That sign-in is not known here", _STRAY, 400)
    session.pop(_UNDER_WAY)
    if error := request.args.get("error"):
        if error == "access_denied":
            return _failed("You are not signed in", _DENIED, 403)
        logger.warning("Reddit refused a sign-in: %.60s", error)
        return _failed("Reddit did not sign you in", "It says that something was wrong with our request.", 400)
    try:
        token = _take_in(settings_of(), request.args.get("code", ""), str(under_way["verifier"]))
    except NotAllowed as refused:
        logger.warning("a sign-in failed: %s", refused)
        return _failed("Reddit did not sign you in", _REFUSED, 400)
    except (CannotAskReddit, NotSetUp) as unanswered:
        logger.warning("a sign-in failed: %s", unanswered)
        raise ServiceUnavailable(_CANNOT_ASK, retry_after=SOON) from None
    visitor.begin(token)
    return redirect(address_within(str(under_way["next"])))


@blueprint.post("/sign-out")
@limited("sign-out", times=30, seconds=600)
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in: first here, where it always works, then in the database and at Reddit."""
    token = visitor.token()
    visitor.leave()
    if token is not None:
        accounts.sign_out(settings_of(), token)
    flash("You are signed out.")
    return redirect(url_for("front.front"), 303)


def _answered() -> dict[str, Any] | None:
    """Return what was kept of the sign-in that the request answers, None if it answers none of this browser's."""
    under_way, state = session.get(_UNDER_WAY), request.args.get("state", "")
    if not isinstance(under_way, dict) or not hmac.compare_digest(str(under_way["state"]).encode(), state.encode()):
        return None
    return under_way


def _take_in(settings: Settings, code: str, verifier: str) -> str:
    """Ask Reddit whose `code` it is, sign them in, and return the token for their browser."""
    if not code:
        raise NotAllowed("there is no code in Reddit's answer")
    tokens = reddit_api.exchange(settings, _callback(settings), code, verifier)
    person = reddit_api.me(settings, tokens.access)
    subreddits = reddit_api.moderated(settings, tokens.access)
    return accounts.sign_in(settings, person, tokens, subreddits, before=visitor.token())


def _callback(settings: Settings) -> str:
    return settings.public_url + CALLBACK


def _failed(heading: str, words: str, status: int) -> ResponseReturnValue:
    return render_template("sign_in_failed.html", heading=heading, words=words), status
