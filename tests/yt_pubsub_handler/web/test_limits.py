"""Nobody does anything as often as a program can, wherever their requests end up, and nobody pays for somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.wrappers import Response
from zappa.wsgi import create_wsgi_request

from pipeline.rehearsal.local_aws.proxy_event import HttpRequest, proxy_event
from tests.yt_pubsub_handler.browser import HOST, Browser
from tests.yt_pubsub_handler.conftest import Rows
from tests.yt_pubsub_handler.web.conftest import MODERATOR, OTHER
from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.settings import Settings
from yt_pubsub_handler.web.limits import client_address, limited


def add_view(app: Flask) -> None:
    """A page that can be looked at as often as anybody likes, and changed three times in a day."""

    @app.route("/often", methods=["GET", "POST"])
    @limited("often", times=3, seconds=86_400)
    def often() -> str:
        return "done"


@pytest.fixture
def two_apps(app: Flask, settings: Settings) -> Iterator[tuple[Flask, Flask]]:
    """Yield two sandboxes on one database."""
    other = create_app(settings)
    for one in (app, other):
        add_view(one)
    yield app, other
    with other.app_context():
        db.engine.dispose()


def statuses(*browsers: Browser, times: int = 3) -> list[int]:
    return [browser.post("/often").status_code for _ in range(times) for browser in browsers]


def test_a_limit_holds_over_all_sandboxes(two_apps: tuple[Flask, Flask]) -> None:
    first, second = (Browser(app) for app in two_apps)
    first.sign_in(MODERATOR)
    second.hold(first.cookie())

    assert statuses(first, second) == [200, 200, 200, 429, 429, 429]


def test_whoever_is_over_it_is_told_how_long_to_wait(two_apps: tuple[Flask, Flask]) -> None:
    browser = Browser(two_apps[0])
    browser.sign_in(MODERATOR)
    statuses(browser)

    answer = browser.post("/often")

    assert (answer.status_code, 0 < int(answer.headers["Retry-After"]) <= 86_400) == (429, True)
    assert "That was done more than 3 times. Wait" in answer.text


def test_looking_is_not_counted(two_apps: tuple[Flask, Flask], rows: Rows) -> None:
    browser = Browser(two_apps[0])

    assert {browser.get("/often").status_code for _ in range(5)} == {200}
    assert rows("SELECT * FROM rate_limits") == []


def test_an_account_has_one_count_in_all_its_browsers_and_no_other_pays_for_it(two_apps: tuple[Flask, Flask]) -> None:
    here, there_ = Browser(two_apps[0]), Browser(two_apps[1], address="198.51.100.7")
    neighbour = Browser(two_apps[0])
    here.sign_in(MODERATOR)
    there_.sign_in(MODERATOR)
    neighbour.sign_in(OTHER)

    assert statuses(here, there_, times=2) == [200, 200, 200, 429]
    assert statuses(neighbour, times=1) == [200]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2:3::4", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_whoever_is_not_signed_in_is_known_by_their_network(one: str, other: str, same: bool, app: Flask) -> None:
    first, second = Browser(app, address=one), Browser(app, address=other)

    answers = [first.get("/sign-in").status_code for _ in range(10)]

    assert (answers, first.get("/sign-in").status_code) == ([302] * 10, 429)
    assert second.get("/sign-in").status_code == (429 if same else 302)


def test_asking_for_the_head_alone_counts_as_well(app: Flask) -> None:
    client = app.test_client()

    assert [client.head("/sign-in", base_url=HOST).status_code for _ in range(11)] == [302] * 10 + [429]


def test_no_address_and_no_name_is_kept(browser: Browser, rows: Rows) -> None:
    browser.get("/sign-in")

    [(key, count)] = rows("SELECT key, count FROM rate_limits")
    assert (len(key), count) == (64, 1)
    assert "192.0.2.1" not in key


def test_a_window_ends(two_apps: tuple[Flask, Flask], postgresql: Any) -> None:
    browser = Browser(two_apps[0])
    browser.sign_in(MODERATOR)
    statuses(browser)
    with postgresql.transaction():
        postgresql.execute("UPDATE rate_limits SET window_start = window_start - interval '1 day'")

    assert statuses(browser, times=1) == [200]


def behind_api_gateway(app: Flask, forwarded: str | None) -> str:
    """Ask by API Gateway's event and Zappa's own reading of it, as `203.0.113.9`."""
    sent = [("Host", "app.example")] + ([("X-Forwarded-For", forwarded)] if forwarded else [])
    asked = HttpRequest("GET", "app.example", "/who", "", sent, b"", "203.0.113.9", "https", 443)
    event = proxy_event(
        asked,
        resource="/{proxy+}",
        resource_id="r",
        parameters={},
        path="/who",
        api="a",
        account="1",
        stage="production",
        stage_variables={},
        binary=[],
    )
    # As zappa.handler puts it together.
    environ = create_wsgi_request(event, script_name="/production") | {"lambda.event": event}
    return Response.from_app(app, environ).get_data(as_text=True)


@pytest.mark.parametrize("forwarded", [None, "198.51.100.66", "198.51.100.66, 198.51.100.67", "nonsense", "::1"])
def test_behind_api_gateway_nobody_chooses_their_address(forwarded: str | None, app: Flask) -> None:
    @app.get("/who")
    def who() -> str:
        return f"{client_address()}, by Zappa {request.remote_addr}"

    said = behind_api_gateway(app, forwarded)

    assert said.startswith("203.0.113.9, ")


def test_zappa_by_itself_believes_what_the_client_sent(app: Flask) -> None:
    """Why we do not ask for REMOTE_ADDR; when this fails, Zappa has learnt better."""

    @app.get("/who")
    def who() -> str:
        return str(request.remote_addr)

    assert behind_api_gateway(app, "198.51.100.66") == "198.51.100.66"


def test_an_event_without_an_address_is_no_way_around_it(app: Flask) -> None:
    with app.test_request_context("/", environ_overrides={"lambda.event": {}, "REMOTE_ADDR": "198.51.100.66"}):
        assert client_address() == "unknown"
