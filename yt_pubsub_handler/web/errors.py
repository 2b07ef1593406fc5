"""
Without this file whoever mistypes an address, or comes while we migrate, would see a bare line of Werkzeug's.

An error's page says what happened and what to do next, and needs neither database nor session. Machines (`/status`,
the hub) go on getting the plain answers that they know.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException, default_exceptions

MACHINES = ("/status", "/pubsubhub")


@dataclass(frozen=True)
class Explained:
    """What a page says about a status: what happened, and what to do."""

    heading: str
    words: str
    sign_in: bool = False


EXPLAINED = {
    400: Explained(
        "That did not work",
        "The form had expired, or was not complete. Go back, load the page anew, and send it once more.",
    ),
    401: Explained("Please sign in", "Your visit has ended. Sign in, and do it once more.", sign_in=True),
    403: Explained("You may not do that", "Only a moderator of the subreddit may."),
    404: Explained(
        "There is no such page",
        "The address may be mistyped, or what was here is gone. What only the moderators of another subreddit may see "
        "is not shown either.",
    ),
    405: Explained("That cannot be done here", "Go back, and use the page's own buttons."),
    413: Explained("That is too much", "The form holds more than we take. Shorten it, and send it once more."),
    429: Explained("That is too often", "Wait a few minutes, and try again. Nothing was changed."),
    500: Explained(
        "Something broke here",
        "It is our fault, and has been written down. Try once more; if it happens again, tell the operators what you "
        "did.",
    ),
    503: Explained(
        "Back in a moment",
        "The database is not ready, perhaps because a new version is being put in place. Wait half a minute, and load "
        "the page anew. Links go on meanwhile.",
    ),
}


def answer_errors(app: Flask) -> None:
    """Make `app` answer errors with pages where people look."""

    @app.errorhandler(HTTPException)
    def answer(error: HTTPException) -> Response | HTTPException:
        if error.response is not None or error.code is None or error.code < 400 or asked_by_a_machine():
            return error
        response = make_response(error_page(error.code, _own_words(error)), error.code)
        for name, value in error.get_headers():
            if name.lower() not in {"content-type", "content-length"}:
                response.headers[name] = value
        return response


def tell(status: int, words: str) -> str | Response:
    """Return what is said about `status`: a page to people, `words` as JSON to machines."""
    return jsonify(error=words) if asked_by_a_machine() else error_page(status)


def asked_by_a_machine() -> bool:
    return any(request.path == path or request.path.startswith(f"{path}/") for path in MACHINES)


def error_page(status: int, words: str | None = None) -> str:
    """Return the page about `status`, with `words` in place of the usual ones."""
    explained = EXPLAINED.get(status) or Explained(HTTPStatus(status).phrase, "Go back, and try another way.")
    return render_template("error.html", explained=explained, words=words or explained.words, status=status, bare=True)


def _own_words(error: HTTPException) -> str | None:
    """What a page of ours said; libraries, in classes of their own, speak of tokens and proxies."""
    usual = default_exceptions.get(error.code or 0)
    ours = type(error) is usual and error.description != usual.description
    return error.description if ours else None
