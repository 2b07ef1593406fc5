"""What browsers are told holds on every answer, whatever became of the request."""

from __future__ import annotations

import pytest
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

from tests.yt_pubsub_handler.browser import HOST, Browser
from tests.yt_pubsub_handler.web.conftest import MODERATOR
from yt_pubsub_handler import create_app
from yt_pubsub_handler.settings import Settings

POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.fixture
def broken(app: Flask) -> Flask:
    app.add_url_rule("/broken", view_func=lambda: str(1 / 0))
    return app


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/nowhere", 404),
        ("/sign-in", 302),
        ("/sign-in/callback", 400),
        ("/account", 302),
        ("/status", 200),
        ("/pubsubhub/hook/x", 404),
        ("/broken", 500),
        ("/sign-out", 405),
    ],
)
def test_every_answer_says_what_a_browser_may_not_do(path: str, status: int, broken: Flask) -> None:
    answer = Browser(broken).get(path)

    assert answer.status_code == status
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert {
        name: answer.headers[name]
        for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Strict-Transport-Security")
    } == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000",
    }
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_the_cookie_is_for_this_host_over_https_and_no_script(browser: Browser) -> None:
    browser.begin()
    cookie = browser.client.get_cookie("__Host-session", "app.example")

    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site, cookie.path, cookie.origin_only) == (
        True,
        True,
        "Lax",
        "/",
        True,
    )


def test_the_cookie_of_who_is_signed_in_lasts_a_week_and_is_not_prolonged(browser: Browser) -> None:
    browser.sign_in(MODERATOR)
    cookie = browser.client.get_cookie("__Host-session", "app.example")
    browser.get("/")  # The page's forms put their token into the session.

    assert cookie is not None
    assert cookie.expires is not None
    assert "Set-Cookie" not in browser.get("/").headers


def test_on_this_machine_it_works_without_https(settings: Settings) -> None:
    app = create_app(
        Settings.from_values(
            {"DATABASE_URL": settings.database_url, "SECRET_KEY": "s", "PUBLIC_URL": "http://127.0.0.1:5000"},
            "the test",
        )
    )

    assert (app.config["SESSION_COOKIE_NAME"], app.config["SESSION_COOKIE_SECURE"]) == ("session", False)
    assert "Strict-Transport-Security" not in app.test_client().get("/").headers


def test_nothing_of_somebody_is_kept_by_a_browser_or_a_proxy(browser: Browser) -> None:
    assert browser.get("/sign-in").headers["Cache-Control"] == "no-store"
    answer = browser.sign_in(MODERATOR)

    assert answer.headers["Cache-Control"] == "no-store"
    for path in ("/", "/account", "/nowhere", "/sign-in"):
        assert browser.get(path).headers["Cache-Control"] == "no-store"


def test_what_is_for_everybody_may_be_kept(browser: Browser) -> None:
    assert "no-store" not in browser.get("/").headers.get("Cache-Control", "")


@pytest.mark.parametrize("injected", ["a\r\nSet-Cookie: b=c", "a\nX-Evil: yes", "a\rX-Evil: yes", "a\x00b"])
def test_nothing_that_is_sent_to_us_becomes_a_header(injected: str, app: Flask, browser: Browser) -> None:
    """By each way that leads into a Location."""

    @app.get("/anywhere")
    def anywhere() -> ResponseReturnValue:
        return redirect(request.args["to"])

    for path, field in (("/sign-in", "next"), ("/account", "q"), ("/sign-in/callback", "state"), ("/anywhere", "to")):
        answer = browser.client.get(path, base_url=HOST, query_string={field: injected})
        assert {"X-Evil", "b"} & set(answer.headers.keys()) == set()
        assert not [value for _, value in answer.headers if "\r" in value or "\n" in value]
        assert not [value for name, value in answer.headers if name == "Set-Cookie" and value.startswith("b=")]
