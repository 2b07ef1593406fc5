"""
Without this file another site could send our forms in the name of whoever is signed in here.

Flask-WTF makes and checks the tokens. It is imported when one is needed: it takes longer than all the rest of a start.
"""

from __future__ import annotations

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from yt_pubsub_handler.web.paths import SAFE_METHODS

FIELD = "csrf_token"


def protect_forms(app: Flask, *, exempt: str) -> None:
    """Answer 400 to whatever would change something and lacks its token, except in the blueprint called `exempt`."""
    app.config.update(
        WTF_CSRF_FIELD_NAME=FIELD,
        WTF_CSRF_METHODS={"POST", "PUT", "PATCH", "DELETE"},
        # No JavaScript of ours sends anything.
        WTF_CSRF_HEADERS=[],
        # As long as the session: a form that was left open over lunch is not an attack.
        WTF_CSRF_TIME_LIMIT=None,
        # It compares with the Host header, which a proxy may have changed. What it is for (a cookie that a
        # neighbouring host has set) is kept away by the cookie's name, which begins with "__Host-".
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_env.globals[FIELD] = token

    @app.before_request
    def check() -> None:
        if request.method in SAFE_METHODS or request.endpoint is None or request.blueprint == exempt:
            return
        from flask_wtf.csrf import CSRFError, CSRFProtect  # noqa: PLC0415

        try:
            CSRFProtect().protect()
        except CSRFError:
            # Its words are for developers, and in the log; the page has those for people.
            raise BadRequest from None


def token() -> str:
    """Return what a form has to bring along, for the browser that is shown it."""
    from flask_wtf.csrf import generate_csrf  # noqa: PLC0415

    made: str = generate_csrf()
    return made
