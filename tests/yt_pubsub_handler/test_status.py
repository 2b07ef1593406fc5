"""`GET /status` decides whether a deployment is promoted: a wrong 200 puts broken code into traffic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from yt_pubsub_handler import create_app, release
from yt_pubsub_handler.migration.revisions import package_head
from yt_pubsub_handler.settings import Settings


def schema(client: FlaskClient) -> tuple[int, dict[str, Any], str | None]:
    answer = client.get("/status")
    return answer.status_code, answer.get_json()["schema"], answer.headers.get("Retry-After")


def test_a_migrated_database_is_current(app: Flask, client: FlaskClient) -> None:
    head = package_head(app)

    assert schema(client) == (200, {"head": head, "revision": head, "fit": "current"}, None)


def test_a_revision_this_package_does_not_hold_is_newer_and_serves(
    app: Flask, client: FlaskClient, postgresql: psycopg.Connection[Any]
) -> None:
    """The release in production meets the new schema during every deployment."""
    postgresql.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    postgresql.commit()

    assert schema(client) == (
        200,
        {"head": package_head(app), "revision": "ffffffffffff", "fit": "newer"},
        None,
    )


def test_a_revision_before_our_head_does_not_serve(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = package_head(app)
    monkeypatch.setattr("yt_pubsub_handler.migration.status.package_head", lambda _: "eeeeeeeeeeee")

    assert schema(client) == (503, {"head": "eeeeeeeeeeee", "revision": head, "fit": "older"}, "30")


def test_an_empty_database_does_not_serve(empty_app: Flask) -> None:
    expected = {"head": package_head(empty_app), "revision": None, "fit": "empty"}

    assert schema(empty_app.test_client()) == (503, expected, "30")


def test_a_database_that_is_away_does_not_serve(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings("postgresql+psycopg://u:hidden@127.0.0.1:1/none", "s", "https://app.example")
    app = create_app(settings)

    answer = schema(app.test_client())

    assert answer == (503, {"head": package_head(app), "revision": None, "fit": "unreachable"}, "30")
    assert "cannot be read: no connection" in caplog.text
    assert "hidden" not in caplog.text


def test_a_packaged_release_tells_its_commit_and_version(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written = {"commit": "c" * 40, "head": "a" * 12, "built_at": "2026-11-23T08:00:00+00:00"}
    file = tmp_path / "release.json"
    file.write_text(json.dumps(written))
    monkeypatch.setattr("yt_pubsub_handler.status.read_release", lambda: release.read_release(file))
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_VERSION", "7")

    told = client.get("/status").get_json()["release"]

    assert told == {"commit": "c" * 40, "version": "7", "built_at": "2026-11-23T08:00:00+00:00"}


def test_a_checkout_calls_itself_development(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_VERSION", raising=False)

    told = client.get("/status").get_json()["release"]

    assert told == {"commit": "development", "version": None, "built_at": None}


def test_the_answer_is_never_cached(client: FlaskClient) -> None:
    assert client.get("/status").headers["Cache-Control"] == "no-store"
