"""A row of `videos` is what keeps a video from being posted twice: nobody takes one away by mistake."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

VIDEO = (
    "INSERT INTO videos (video_id, channel_id, title, author, published_at, updated_at) "
    "VALUES ('VIDEOID0011', 'UC' || repeat('x', 22), 'T', 'A', now(), now())"
)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM videos",
        "DELETE FROM videos WHERE false",
        "TRUNCATE videos CASCADE",
        "UPDATE videos SET video_id = 'VIDEOID0012'",
        "UPDATE videos SET first_seen_at = now()",
    ],
)
def test_a_video_cannot_be_forgotten(statement: str, postgresql: Any, rows: Any) -> None:
    postgresql.execute(VIDEO)
    postgresql.commit()

    with pytest.raises(psycopg.errors.RestrictViolation, match="videos are kept for ever"):
        postgresql.execute(statement)

    postgresql.rollback()
    assert rows("SELECT video_id FROM videos") == [("VIDEOID0011",)]


def test_what_is_known_about_a_video_can_change(postgresql: Any, rows: Any) -> None:
    postgresql.execute(VIDEO)
    postgresql.execute("UPDATE videos SET title = 'gone', removed_at = now()")
    postgresql.commit()

    assert rows("SELECT title, removed_at IS NOT NULL FROM videos") == [("gone", True)]
