"""Operators see how all of it goes; for everybody else the page is not there."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.yt_pubsub_handler.browser import Browser
from tests.yt_pubsub_handler.web.nasty import fill
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Pause


@pytest.mark.parametrize("who", [None, "Mia_Mod"])
def test_for_others_it_is_not_there(who: str | None, browser: Browser) -> None:
    if who:
        browser.sign_in(who)

    assert browser.get("/operator").status_code == 404
    assert "/operator" not in browser.get("/").text


def test_it_tells_how_it_goes_and_no_secret(app: Flask, browser: Browser) -> None:
    fill(app)
    with app.app_context():
        secret = "https://discord.example/s"
        db.session.add(Pause(destination="discord", target=secret, not_before="tomorrow", reason="r"))
        db.session.commit()
    browser.sign_in("Olga_Op")

    text = " ".join(browser.get("/operator").text.split())

    for told in ("<dt>Backlog</dt><dd>2</dd>", "<dt>Denied</dt><dd>1</dd>", "<dt>Wait for a person</dt><dd>1</dd>"):
        assert told in text
    assert "current for this release" in text
    assert "<td>upgrade</td>" in text
    assert "discord, one of its places" in text
    assert "discord.example" not in text
    assert "0" * 43 not in text
