"""What has ended is over, here and at Reddit."""

from __future__ import annotations

import pytest
from flask import Flask

from pipeline.rehearsal.reddit import UNREACHABLE, Reddit
from tests.yt_pubsub_handler.browser import Browser
from tests.yt_pubsub_handler.conftest import Rows
from tests.yt_pubsub_handler.web.conftest import MODERATOR
from yt_pubsub_handler.retention import prune


def test_signing_out_ends_it_here_and_at_reddit(browser: Browser, there: Reddit, rows: Rows) -> None:
    browser.sign_in(MODERATOR)
    stolen = browser.cookie()

    answer = browser.post("/sign-out")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert there.requests[-1] == "POST /api/v1/revoke_token"
    assert rows("SELECT count(*) FROM sign_ins") == [(0,)]
    browser.hold(stolen)
    assert browser.get("/account").status_code == 302


def test_the_tokens_of_who_signed_out_are_of_no_use_any_more(browser: Browser, there: Reddit, app: Flask) -> None:
    browser.sign_in(MODERATOR)
    [refresh_token] = [token for token, grant in there.tokens._refresh.items() if grant.name == MODERATOR]

    browser.post("/sign-out")

    assert refresh_token not in there.tokens._refresh
    assert not [one for one in there.tokens._access.values() if one.grant.name == MODERATOR]


@pytest.mark.parametrize("status", [UNREACHABLE, 500, 401])
def test_signing_out_does_not_need_reddit(
    status: int, browser: Browser, there: Reddit, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    browser.sign_in(MODERATOR)
    there.failing["/api/v1/revoke_token"] = status

    answer = browser.post("/sign-out")

    assert answer.status_code == 303
    assert rows("SELECT count(*) FROM sign_ins") == [(0,)]
    assert "was not revoked: Reddit" in caplog.text


def test_a_sign_in_that_expires_is_forgotten_by_reddit_too(
    app: Flask, browser: Browser, there: Reddit, rows: Rows
) -> None:
    browser.sign_in(MODERATOR)
    rows("UPDATE sign_ins SET expires_at = now() - interval '1 second' RETURNING id")
    asked = len(there.requests)

    pruned = prune(app)

    assert pruned.sign_ins == 1
    assert there.requests[asked:] == ["POST /api/v1/revoke_token"]
    assert rows("SELECT count(*) FROM sign_ins") == [(0,)]
