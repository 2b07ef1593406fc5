"""
Without this file a browser would do for our pages whatever it does for any.

Nothing of another host is ever loaded and there is no script, so the policy can say so: what somebody smuggles into a
title stays text even where escaping it was forgotten.
"""

from __future__ import annotations

from flask import Flask, Request, Response, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from yt_pubsub_handler.people.accounts import LONGEST
from yt_pubsub_handler.settings import Settings

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


def add_headers(app: Flask, settings: Settings) -> None:
    """Put what browsers should know on each answer, and make the session's cookie one that only we can set and read."""
    https = settings.public_url.startswith("https://")
    app.config.update(
        # With this name browsers take it over https only, and from this host alone.
        SESSION_COOKIE_NAME="__Host-session" if https else "session",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=LONGEST,
        # The database says when it ends: sending it again with each answer would not make it last longer.
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.session_interface = _Sessions()
    named = _ALWAYS | (_HTTPS if https else {})

    @app.after_request
    def add(answer: Response) -> Response:
        given = {name for name, _ in answer.headers}
        answer.headers.extend([(name, value) for name, value in named.items() if name not in given])
        if "Cache-Control" not in answer.headers and _is_somebodys(app):
            answer.cache_control.no_store = True
        return answer


class _Sessions(SecureCookieSessionInterface):
    """Flask's own, which makes ready to check a signature where there is none: the hub sends no cookies."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return self.session_class()


def _is_somebodys(app: Flask) -> bool:
    """Tell whether an answer may be meant for one browser alone, without looking anybody up."""
    return app.config["SESSION_COOKIE_NAME"] in request.cookies or session.modified
