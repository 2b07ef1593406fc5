"""Logs are kept for years and read by many: one line an event, and nothing in it that opens a door."""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import pytest
from awslambdaric import bootstrap
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from zappa.wsgi import common_log, create_wsgi_request

from tests.conftest import settings_for
from yt_pubsub_handler import logs
from yt_pubsub_handler.database import db
from yt_pubsub_handler.logs import hide_secrets, redacted, start_logs

ON_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "app-production"}
KEY = "k" * 43

logger = logging.getLogger("yt_pubsub_handler.somewhere")


LOOKED_FOR = ("_srcfile", "logThreads", "logProcesses", "logMultiprocessing")


@contextmanager
def bare_root() -> Iterator[logging.Logger]:
    """
    Yield the root logger as in a new process; afterwards it is as it was.

    Entered in the test and not by a fixture: pytest puts handlers of its own there before each test.
    """
    root = logging.getLogger()
    handlers, level, hidden = root.handlers[:], root.level, logs._hidden[:]
    looked_for = {name: vars(logging)[name] for name in LOOKED_FOR}
    root.handlers.clear()
    root.setLevel(logging.WARNING)
    try:
        yield root
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logs._hidden[:] = hidden
        vars(logging).update(looked_for)


@contextmanager
def on_lambda() -> Iterator[list[Any]]:
    """Yield the lines, read as JSON, that are written where Lambda's runtime has set its logging up, and we ours."""
    told: list[Any] = []
    with bare_root(), pytest.MonkeyPatch.context() as patch:
        said = io.StringIO()
        patch.setattr(sys, "stdout", said)
        patch.setattr(bootstrap, "_GLOBAL_AWS_REQUEST_ID", "request-1")
        bootstrap._setup_logging(None, None, bootstrap.StandardLogSink())
        start_logs(ON_LAMBDA)
        yield told
    assert said.getvalue() == "" or said.getvalue().endswith("\n")
    told += [json.loads(line) for line in said.getvalue().splitlines()]


def test_on_lambda_an_event_is_one_line_of_json() -> None:
    with on_lambda() as lines:
        logger.warning("the hub denied lease %s\nand more", 7)
        logger.info("“é”")

    first, second = lines
    assert set(first) == {"time", "level", "logger", "message", "request_id", "commit", "version"}
    assert (first["level"], first["logger"], first["message"], first["request_id"], first["commit"]) == (
        "WARNING",
        "yt_pubsub_handler.somewhere",
        "the hub denied lease 7\nand more",
        "request-1",
        "development",
    )
    assert (second["level"], second["message"]) == ("INFO", "“é”")


def test_what_debugs_is_not_logged() -> None:
    with on_lambda() as lines:
        logger.debug("the body")

    assert lines == []


def test_without_the_runtimes_handler_there_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        start_logs(ON_LAMBDA)
        logger.info("one")
        logger.info("two")

    assert [json.loads(line)["message"] for line in capsys.readouterr().out.splitlines()] == ["one", "two"]


def test_elsewhere_lines_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    with bare_root():
        start_logs({})
        logger.info("lease %s: token=%s", 7, "abc")

    assert capsys.readouterr().err == f"INFO yt_pubsub_handler.somewhere: lease 7: token={logs.HIDDEN}\n"


def test_elsewhere_who_has_set_logging_up_keeps_it() -> None:
    theirs = logging.NullHandler()
    with bare_root() as root:
        root.addHandler(theirs)
        start_logs({})

        assert (root.handlers, theirs.formatter, root.level) == ([theirs], None, logging.WARNING)


def fail(error: Exception) -> None:
    """Log `error` as one that was caught."""
    try:
        raise error
    except type(error):
        logger.exception("failed")


def test_an_exception_is_told_with_its_place_in_the_same_line() -> None:
    with on_lambda() as lines:
        fail(RuntimeError("it broke"))

    (told,) = lines
    error = told["exception"]
    assert (error["type"], error["message"], error["because"]) == ("RuntimeError", "it broke", None)
    assert "test_logs.py" in error["stack"][-1]


def test_a_message_that_does_not_fit_its_arguments_is_still_told() -> None:
    with on_lambda() as lines:
        logger.info("%d videos", "many")

    assert [line["message"] for line in lines] == ["%d videos"]


def test_the_values_of_rows_are_not_logged(app: Flask) -> None:
    with on_lambda() as lines, app.app_context():
        try:
            db.session.execute(text("INSERT INTO channels (channel_id) VALUES ('row-value')"))
        except DBAPIError:
            logger.exception("failed")

    assert "ck_channels_channel_id_form" in str(lines)
    assert "row-value" not in str(lines)


def test_no_setting_that_is_a_secret_gets_into_a_line() -> None:
    """Whoever logs it, and however: whole, in an address, in an exception."""
    settings = replace(
        settings_for("postgresql://owner:pass%2Fword@db.example/app"),
        secret_key="the secret of sessions",
        youtube_api_key="AIza-of-youtube",
        migration_database_url="postgresql://schema:other-word@db.example/app",
    )
    with on_lambda() as lines:
        hide_secrets(settings)
        for value in (settings.database_url, "pass%2Fword", "the secret of sessions", "the%20secret%20of%20sessions"):
            logger.info("got %s", value)
            logger.info(f"got {value}")
        fail(RuntimeError(f"connecting with {settings.migration_database_url} and {settings.youtube_api_key}"))

    said = str(lines)
    assert said.count(logs.HIDDEN) == 10
    assert [word for word in ("pass%2F", "secret of", "secret%20of", "AIza", "other-word") if word in said] == []


def test_a_setting_that_is_not_shown_is_not_logged_either() -> None:
    """Nobody has to think of the logs when there is a new one."""
    settings = settings_for("postgresql://owner:password@db.example/app")
    names = [field.name for field in fields(settings) if not field.repr and "bool" not in str(field.type)]
    assert {"database_url", "secret_key", "migration_database_url", "youtube_api_key"} <= set(names)

    for name in names:
        with bare_root():
            changed: dict[str, Any] = {name: f"value-of-{name}"}
            hide_secrets(replace(settings, **changed))

            assert f"value-of-{name}" not in redacted(f"a value-of-{name} b")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"GET /pubsubhub/hook/{KEY}?hub.mode=subscribe", "GET /pubsubhub/hook/[hidden]?hub.mode=subscribe"),
        ("?hub.verify_token=abc&hub.mode=x", "?hub.verify_token=[hidden]&hub.mode=x"),
        ("?hub%2Everify_token=abc", "?hub%2Everify_token=[hidden]"),
        ("?hub.challenge=abc", "?hub.challenge=[hidden]"),
        ("GET /sign-in?state=abc&code=def HTTP/1.1", "GET /sign-in?state=[hidden]&code=[hidden] HTTP/1.1"),
        ("https://discord.com/api/webhooks/123/abc-DEF_1", "https://discord.com/api/webhooks/123/[hidden]"),
        ("Authorization: Bearer abcdefgh.ijk", "Authorization: Bearer [hidden]"),
        ("{'refresh_token': 'abc', 'x': 1}", "{'refresh_token': '[hidden]', 'x': 1}"),
        ('{"client_secret": "abc"}', '{"client_secret": "[hidden]"}'),
        ("X-Hub-Signature: sha1=abc", "X-Hub-Signature: [hidden]"),
        ("postgresql://u:p@db/app", "postgresql://[hidden]@db/app"),
        ("X-Goog-Api-Key: abc", "X-Goog-Api-Key: [hidden]"),
        ("lease 7 is active until 2026-11-27 12:00:00+00:00", "lease 7 is active until 2026-11-27 12:00:00+00:00"),
        ("https://www.youtube.com/channel/UC1?view=0", "https://www.youtube.com/channel/UC1?view=0"),
        ("HTTP 500, status_code=500", "HTTP 500, status_code=500"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_nothing_else(said: str, kept: str) -> None:
    assert redacted(said) == kept


def test_zappas_line_for_a_request_tells_no_callback() -> None:
    """Zappa logs each request's path, and for the hub that is all it takes to speak to us."""
    environ = create_wsgi_request(
        {
            "httpMethod": "GET",
            "path": f"/pubsubhub/hook/{KEY}",
            "headers": {},
            "body": None,
            "queryStringParameters": {
                "hub.mode": "subscribe",
                "hub.verify_token": "t" * 43,
                "hub.challenge": "echo-me",
            },
            "requestContext": {},
        },
        trailing_slash=False,
    )

    class Answered:
        status_code = 200
        content = b""

    with on_lambda() as lines:
        common_log(environ, Answered())

    (line,) = lines
    assert "/pubsubhub/hook/[hidden]?hub.mode=subscribe&hub.verify_token=[hidden]" in line["message"]
    assert [word for word in (KEY, "t" * 43, "echo-me") if word in line["message"]] == []


@pytest.mark.parametrize("text", ["x", "key", "token=", "://", "/hook/", "a:b@", "basic "])
def test_a_line_has_an_end_and_is_soon_read(text: str) -> None:
    """Some of what is logged comes from outside, and a search that goes back and forth takes hours."""
    began = time.monotonic()

    assert len(redacted(text * (1_000_000 // len(text)))) < 80_000
    assert time.monotonic() - began < 2
