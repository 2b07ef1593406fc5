"""
YouTube's hub as our callback meets it: it asks whether we want the channel, then delivers, signed, and again.

The requests are those that were captured from Google's hub; they go through the local API Gateway.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from pipeline.errors import Found
from pipeline.rehearsal.asking import request

_SAMPLE = Path(__file__).parent / "samples" / "upload.xml"
CHANNEL = "UCxxxxxxxxxxxxxxxxxxxxxx"  # The sample's.
VIDEO = "VIDEOID0011"
_TOPIC = f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={CHANNEL}"


@dataclass(frozen=True)
class Subscription:
    """What the app would have asked the hub for, and what only the two of them know."""

    callback: str
    verify_token: str = field(repr=False)
    secret: str = field(repr=False)


def subscribe(database_url: str, public_url: str) -> Subscription:
    """Write the lease that the app writes before it asks the hub; a hub's answer needs it."""
    key, token, secret = (secrets.token_urlsafe(32) for _ in range(3))
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO leases (channel_id, topic, callback_key, secret, verify_token) VALUES (%s, %s, %s, %s, %s)",
            (CHANNEL, _TOPIC, key, secret, token),
        )
    return Subscription(f"{public_url}/pubsubhub/hook/{key}", token, secret)


def verify_intent(subscription: Subscription) -> None:
    """Ask for the lease to be confirmed, as a hub does; raises Found unless the challenge comes back."""
    challenge = secrets.token_urlsafe(16)
    asked = {
        "hub.mode": "subscribe",
        "hub.topic": _TOPIC,
        "hub.challenge": challenge,
        "hub.lease_seconds": "432000",
        "hub.verify_token": subscription.verify_token,
    }
    answer = request("GET", f"{subscription.callback}?{urlencode(asked)}")
    if (answer.status, answer.body) != (200, challenge.encode()):
        raise Found(f"The app does not confirm a lease it asked for: {answer}")


def deliver(subscription: Subscription) -> None:
    """Deliver the notification of an upload; raises Found unless the app says that it has it."""
    body = _SAMPLE.read_bytes()
    signature = hmac.new(subscription.secret.encode(), body, hashlib.sha1).hexdigest()
    headers = {"Content-Type": "application/atom+xml", "X-Hub-Signature": f"sha1={signature}"}
    answer = request("POST", subscription.callback, body, headers)
    if answer.status not in {200, 202, 204}:
        raise Found(f"The app does not take a signed notification: {answer}")


def stored(database_url: str) -> int:
    """How many rows there are of the sample's video."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM videos WHERE video_id = %s", (VIDEO,)).fetchone()
    return int(row[0]) if row else 0
