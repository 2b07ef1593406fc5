"""A lease to speak about, and a hub that signs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease
from yt_pubsub_handler.websub.leases import open_lease
from yt_pubsub_handler.websub.signature import sign

CHANNEL = "UCxxxxxxxxxxxxxxxxxxxxxx"

MakeLease = Callable[..., Lease]
Deliver = Callable[..., TestResponse]


@pytest.fixture
def make_lease(app: Flask) -> MakeLease:
    """Return a function that stores a pending lease, changed by its keywords, and returns it detached."""

    def make(*, hub_echoes_token: bool = True, **changes: Any) -> Lease:
        with app.app_context():
            lease = open_lease(CHANNEL, hub_echoes_token=hub_echoes_token)
            for name, value in changes.items():
                setattr(lease, name, value)
            db.session.commit()
            db.session.refresh(lease)
            db.session.expunge(lease)
            return lease

    return make


@pytest.fixture
def active_lease(make_lease: MakeLease) -> Lease:
    now = datetime.now(UTC)
    return make_lease(
        state="active",
        requested_at=now - timedelta(minutes=1),
        verified_at=now,
        expires_at=now + timedelta(days=5),
    )


@pytest.fixture
def deliver(client: FlaskClient) -> Deliver:
    """Return a function that posts a signed body to a lease's callback."""

    def post(lease: Lease, body: bytes, signature: str | None = None) -> TestResponse:
        header = signature or sign(body, lease.secret)
        headers = {"X-Hub-Signature": header, "Content-Type": "application/atom+xml"}
        return client.post(f"/pubsubhub/hook/{lease.callback_key}", data=body, headers=headers)

    return post
