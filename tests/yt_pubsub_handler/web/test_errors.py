"""An error tells people what to do, and machines what they have always been told."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.exceptions import Forbidden, ServiceUnavailable, TooManyRequests

from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.settings import Settings
from yt_pubsub_handler.web.errors import EXPLAINED

STATUSES = sorted(EXPLAINED)


@pytest.fixture
def failing() -> Flask:
    """Return an app without a database, with a page that fails in the way it is asked to."""
    app = create_app(Settings("postgresql+psycopg://u@127.0.0.1:1/none", "s", "https://app.example"))

    def fail(status: int) -> str:
        abort(status)

    app.add_url_rule("/fail/<int:status>", view_func=fail)
    return app


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_has_a_page_that_needs_no_database(status: int, failing: Flask) -> None:
    answer = failing.test_client().get(f"/fail/{status}")

    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert answer.text.count(f"<h1>{EXPLAINED[status].heading}</h1>") == 1
    assert escape(EXPLAINED[status].words) in answer.text


def test_a_status_nobody_thought_of_has_one_too(failing: Flask) -> None:
    answer = failing.test_client().get("/fail/418")

    assert (answer.status_code, "<h1>I&#39;m a Teapot</h1>" in answer.text) == (418, True)


def test_whoever_says_more_is_heard(failing: Flask) -> None:
    def refuse() -> str:
        raise Forbidden("You do not moderate r/<b>aww</b> any more.")

    failing.add_url_rule("/refuse", view_func=refuse)

    text = failing.test_client().get("/refuse").text

    assert "You do not moderate r/&lt;b&gt;aww&lt;/b&gt; any more." in text
    assert EXPLAINED[403].words not in text


@pytest.mark.parametrize("error", [TooManyRequests(retry_after=30), ServiceUnavailable(retry_after=30)])
def test_how_long_to_wait_is_told_to_machines(error: Exception, failing: Flask) -> None:
    def refuse() -> str:
        raise error

    failing.add_url_rule("/refuse", view_func=refuse)

    assert failing.test_client().get("/refuse").headers["Retry-After"] == "30"


def test_what_may_be_done_instead_is_told_to_machines(client: FlaskClient) -> None:
    answer = client.put("/links")

    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ["/pubsubhub", "/pubsubhub/hook/unknown", "/pubsubhub/nothing", "/status/nothing"])
def test_machines_get_plain_answers(path: str, client: FlaskClient) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "style" not in answer.text


def test_a_page_is_not_taken_for_a_machines_by_its_beginning(client: FlaskClient) -> None:
    assert EXPLAINED[404].heading in client.get("/statuses").text


@pytest.fixture
def broken(app: Flask) -> Flask:
    """Return an app with pages that end in an error of the database, and in one of ours."""

    def ask(statement: str) -> str:
        db.session.execute(db.text(statement))
        return ""

    app.add_url_rule("/ask", "ask", lambda: ask("SELECT nowhere FROM accounts"))
    app.add_url_rule("/divide", "divide", lambda: ask("SELECT 1 / 0"))
    app.add_url_rule("/status/ask", "machine", lambda: ask("SELECT nowhere FROM accounts"))
    app.add_url_rule("/slip", "slip", lambda: str(1 / 0))
    return app


def test_a_schema_that_is_not_there_yet_is_a_page_to_come_back_to(broken: Flask) -> None:
    answer = broken.test_client().get("/ask")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert EXPLAINED[503].heading in answer.text


@pytest.mark.parametrize("path", ["/divide", "/slip"])
def test_what_broke_is_a_page_that_tells_nothing_of_it(path: str, broken: Flask) -> None:
    answer = broken.test_client().get(path)

    assert answer.status_code == 500
    assert EXPLAINED[500].heading in answer.text
    assert "division" not in answer.text


def test_machines_hear_of_the_database_as_before(broken: Flask) -> None:
    answer = broken.test_client().get("/status/ask")

    assert (answer.status_code, answer.json) == (503, {"error": "the database is not ready"})
