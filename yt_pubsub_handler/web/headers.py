"""
Without this file a browser would do for our pages whatever it does for any.

Nothing of another host is ever loaded and there is no script, so the policy can say so: what somebody smuggles into a
title stays text even where escaping it was forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from yt_pubsub_handler.people.accounts import LONGEST
from yt_pubsub_handler.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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
    # Around the app, not after each request: there each of them would be looked at, copied and written out anew.
    named = _ALWAYS | (_HTTPS if https else {})
    app.wsgi_app = _Told(app.wsgi_app, named)  # type: ignore[method-assign] # Flask asks for it to be wrapped like this.


class _Told:
    """A WSGI application whose answers have `headers` besides their own, which name none of them."""

    def __init__(self, application: WSGIApplication, headers: Mapping[str, str]) -> None:
        self._application = application
        self._headers = list(headers.items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            return start_response(status, headers + self._headers, exc_info)

        return self._application(environ, start)


class _Sessions(SecureCookieSessionInterface):
    """Flask's own, kept by nobody else; where there is nothing to read or to write, nothing is made ready for it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if _brings_cookies(request) else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        brought = _brings_cookies(request) and self.get_cookie_name(app) in request.cookies
        if not (brought or session.accessed or session.modified):
            return
        super().save_session(app, session, response)
        # It may be meant for one browser alone.
        if (brought or session.modified) and "Cache-Control" not in response.headers:
            response.cache_control.no_store = True


def _brings_cookies(request: Request) -> bool:
    return "HTTP_COOKIE" in request.environ
