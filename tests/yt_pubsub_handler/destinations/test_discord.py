"""What a webhook's answers mean for a post, and that its URL, which is a secret, is told to nobody."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.rehearsal.discord import WEBHOOK
from pipeline.rehearsal.discord import Discord as StandIn
from yt_pubsub_handler.destinations import discord as discord_module
from yt_pubsub_handler.destinations.discord import Discord
from yt_pubsub_handler.destinations.interface import CannotLook, Later, Outcome, Posted, Refused, Unknown

URL = "https://www.youtube.com/watch?v=VIDEOID0011"


@pytest.fixture
def there() -> Iterator[StandIn]:
    there = StandIn()
    yield there
    there.close()


@pytest.fixture
def discord() -> Iterator[Discord]:
    discord = Discord(timeout=0.3, webhook=WEBHOOK)
    yield discord
    discord.close()


def test_a_message_calls_nobody(discord: Discord, there: StandIn) -> None:
    outcome = discord.submit(there.webhook, "@everyone: a title", URL)

    [message] = there.messages
    assert outcome == Posted(message["id"], None)
    assert message["content"] == f"@everyone: a title\n{URL}"
    assert message["allowed_mentions"] == {"parse": []}


def test_the_last_message_of_a_bucket_says_how_long_to_rest(discord: Discord, there: StandIn) -> None:
    there.headers["X-RateLimit-Remaining"] = "0"

    outcome = discord.submit(there.webhook, "A title", URL)

    assert outcome == Posted(there.messages[0]["id"], None, rest=2.0)


TOO_MANY = "Discord has too many messages of ours (HTTP 429)"


@pytest.mark.parametrize(
    ("status", "said", "headers", "outcome"),
    [
        (429, {"message": "m", "retry_after": 0.7, "global": False}, {}, Later(0.7, TOO_MANY)),
        (429, {"message": "m", "retry_after": 65, "global": True}, {}, Later(65, TOO_MANY, whole=True)),
        (429, {"retry_after": 1.0}, {"X-RateLimit-Scope": "global"}, Later(1, TOO_MANY, whole=True)),
        (429, b"error code: 1015", {"Retry-After": "900"}, Later(900, TOO_MANY, whole=True)),
        (
            404,
            {"message": "Unknown Webhook"},
            {},
            Refused("the webhook is gone, or was never one (HTTP 404): make a new one"),
        ),
        (
            400,
            {"message": "Cannot send an empty message"},
            {},
            Refused("Discord refuses the message: Cannot send an empty message"),
        ),
        (403, b"<html>", {}, Unknown("HTTP 403")),
        (500, b"", {}, Unknown("HTTP 500")),
        (502, b"<html>", {}, Unknown("HTTP 502")),
        (200, b"<html>", {}, Unknown("HTTP 200")),
        (302, b"", {"Location": "https://elsewhere.example/"}, Unknown("HTTP 302")),
    ],
)
def test_each_answer_means_one_thing(
    status: int, said: Any, headers: dict[str, str], outcome: Outcome, discord: Discord, there: StandIn
) -> None:
    there.order(status, said, headers)

    assert discord.submit(there.webhook, "A title", URL) == outcome


@pytest.mark.parametrize("creates", [True, False])
def test_without_an_answer_nobody_knows_and_nobody_can_look(creates: bool, discord: Discord, there: StandIn) -> None:
    there.order_silence(creates=creates)

    assert discord.submit(there.webhook, "A title", URL) == Unknown("no answer: ReadTimeout")
    with pytest.raises(CannotLook) as caught:
        discord.find(there.webhook, URL, datetime.now(UTC))
    assert caught.value.never


def test_where_nobody_listens_nothing_was_sent(discord: Discord, there: StandIn) -> None:
    there.close()

    assert discord.submit(there.webhook, "A title", URL) == Later(
        60, "Discord cannot be reached: ConnectionError", whole=True
    )


@pytest.mark.parametrize(
    "place",
    [
        "aww",
        "https://",
        "http://[::1",
        "http://discord.com/api/webhooks/1/token",
        "https://discord.com.evil.example/api/webhooks/1/token",
        "https://discord.com@evil.example/api/webhooks/1/token",
        "https://169.254.169.254/api/webhooks/1/token",
        "https://discord.com/api/webhooks/1/../../users/@me",
        "https://discord.com/api/webhooks/1/token?thread_id=2",
        "https://discord.com/api/webhooks/1/token\n",
    ],
)
def test_nothing_but_a_webhook_of_discord_is_asked_for(place: str) -> None:
    """Whoever types a place must not have our network asked for it."""
    outcome = Discord().submit(place, "A title", URL)

    assert outcome == Refused(
        "this is no webhook of Discord: copy its URL from the channel's settings, under Integrations"
    )


@pytest.mark.parametrize(
    "place", ["https://discord.com/api/webhooks/1/a-B_3", "https://ptb.discordapp.com/api/v10/webhooks/12/x"]
)
def test_webhooks_of_discord_are_taken_for_what_they_are(place: str) -> None:
    assert discord_module.WEBHOOK.fullmatch(place)


def test_the_webhook_is_told_to_nobody(discord: Discord, there: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    there.order(404, {"message": "Unknown Webhook"})
    there.order_silence(creates=False)

    outcomes = [discord.submit(there.webhook, "A title", URL) for _ in range(2)]
    there.close()
    outcomes.append(discord.submit(there.webhook, "A title", URL))

    assert "secret-token" not in repr(outcomes) + caplog.text
