"""Somebody's browser, as far as it matters: it keeps cookies, sends forms as shown, and signs in at Reddit."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from pipeline.rehearsal.reddit_people import consent

HOST = "https://app.example"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """One browser, with cookies of its own; `address` is where it is in the network."""

    def __init__(self, app: Flask, *, address: str = "192.0.2.1") -> None:
        self.client = app.test_client()
        self._environ = {"REMOTE_ADDR": address}
        self._form_token: str | None = None

    def get(self, path: str, headers: dict[str, str] | None = None) -> TestResponse:
        return self.client.get(path, base_url=HOST, headers=headers, environ_overrides=self._environ, buffered=True)

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form as a page of ours has it, with its token."""
        return self.post_bare(path, **fields, csrf_token=self.form_token())

    def post_bare(self, path: str, **fields: str) -> TestResponse:
        """Send a form as another site would: it has no token."""
        return self.client.post(path, base_url=HOST, data=fields, environ_overrides=self._environ, buffered=True)

    def form_token(self) -> str:
        """Return the token of the form that each page shows to whoever is signed in; "" for all others."""
        if self._form_token is not None:
            return self._form_token
        found = _TOKEN.search(self.get("/").text)
        return found[1] if found else ""

    def remember_form_token(self) -> None:
        """Have a form open from now on."""
        self._form_token = self.form_token()

    def begin(self, path: str = "/sign-in") -> str:
        """Ask to sign in; return where Reddit asks for consent."""
        answer = self.get(path)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def come_back(self, address: str) -> TestResponse:
        """Follow Reddit's redirect back to the app."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}" == HOST
        return self.get(f"{parts.path}?{parts.query}")

    def sign_in(self, who: str, path: str = "/sign-in") -> TestResponse:
        """Go all the way, and return what the app answers in the end."""
        return self.come_back(consent(self.begin(path), who))

    def cookie(self) -> str:
        """Return the value of the session's cookie, "" if there is none."""
        held = self.client.get_cookie("__Host-session", "app.example")
        return held.value if held else ""

    def hold(self, cookie: str) -> None:
        """Have the session's cookie be this one, as somebody who has planted or stolen it would."""
        self.client.set_cookie("__Host-session", cookie, domain="app.example", secure=True)
