"""A kick is a hint: it asks the alias that serves, and nothing that goes wrong with it reaches the hub."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from pipeline.rehearsal.local_aws.loopback import LoopbackHandler, LoopbackServer
from yt_pubsub_handler.posting import kick as kick_module
from yt_pubsub_handler.posting.kick import kick


class Lambda:
    """Lambda's address, as far as it is asked; it answers with `status`."""

    def __init__(self) -> None:
        self.status = 202
        self.asked: list[tuple[str, str | None, Any]] = []
        aws = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                kind = self.headers.get("X-Amz-Invocation-Type")
                aws.asked.append((self.path, kind, json.loads(self.read_body())))
                self.answer(aws.status)

        self.server = LoopbackServer(Handler, name="lambda")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lambda]:
    aws = Lambda()
    for name, value in {
        "AWS_LAMBDA_FUNCTION_NAME": "app-production",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{aws.server.server_port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "dummy",
        "AWS_SECRET_ACCESS_KEY": "dummy",
    }.items():
        monkeypatch.setenv(name, value)
    kick_module._client.cache_clear()
    yield aws
    kick_module._client().close()
    kick_module._client.cache_clear()
    aws.server.close()


def test_the_release_that_serves_is_asked_and_not_waited_for(app: Flask, aws: Lambda) -> None:
    kick(app)

    assert aws.asked == [
        (
            "/2015-03-31/functions/app-production/invocations?Qualifier=live",
            "Event",
            {"command": "run.run_deliver_posts"},
        )
    ]


def test_a_kick_that_fails_is_logged_and_tried_once(app: Flask, aws: Lambda, caplog: pytest.LogCaptureFixture) -> None:
    aws.status = 500

    kick(app)

    assert len(aws.asked) == 1
    assert "a drain could not be asked for, the schedule does it: ClientError" in caplog.text


def test_outside_lambda_nobody_is_asked_which_is_said_once(
    app: Flask, aws: Lambda, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME")
    caplog.set_level(logging.INFO)
    kick_module._say_that_nobody_is_asked.cache_clear()

    for _ in range(2):
        kick(app)

    assert aws.asked == []
    assert caplog.text.count("call run.run_deliver_posts") == 1
