"""
Without this file a notification would be heard and forgotten: here it is recorded, each video once for ever.

The hub repeats itself, edits look like uploads and deliveries overlap. So all of a notification is recorded
by one statement, and what is new in it is decided by the database and by nobody else.
"""

from __future__ import annotations

import functools
import json
import logging
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    Integer,
    ScalarSelect,
    Select,
    TableValuedAlias,
    Text,
    bindparam,
    case,
    column,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert, psycopg

from yt_pubsub_handler.database import execute_alone
from yt_pubsub_handler.models import Lease, Post, Subscription, Video
from yt_pubsub_handler.models import Notification as Delivery
from yt_pubsub_handler.notification import AnnouncedVideo, Notification, RemovedVideo

logger = logging.getLogger(__name__)

ENDED = "unsubscribed"
"""A lease in this state takes nothing in: nobody follows its channel by it any more."""
_SAID_LEASE: BindParameter[int] = bindparam("said_lease", type_=BigInteger)


class Recorded(NamedTuple):
    """How many videos were new, edited and taken back, and how many posts that queued and cancelled."""

    new: int = 0
    edited: int = 0
    removed: int = 0
    queued: int = 0
    skipped: int = 0


class Delivered(NamedTuple):
    """What a delivery changed, and the state its lease was in: None where there is none any more."""

    recorded: Recorded
    lease_state: str | None


def record(notification: Notification, channel_id: str) -> Recorded:
    """
    Record what we went and found ourselves about `channel_id` and commit; what is said of other channels is ignored.

    Raises SQLAlchemy's DBAPIError.
    """
    announced, removed = _last_word(notification, channel_id)
    if not announced and not removed:
        return Recorded()
    return Recorded(*_execute(announced, removed, channel_id, None))


def record_delivery(notification: Notification, channel_id: str, lease_id: int) -> Delivered:
    """
    Record what the hub says about `channel_id`, and that its lease works, and commit; nothing if that has ended.

    Its sender has shown to be the hub for this channel and for no other. Raises SQLAlchemy's DBAPIError.
    """
    announced, removed = _last_word(notification, channel_id)
    *counts, state = _execute(announced, removed, channel_id, lease_id)
    return Delivered(Recorded(*counts), state)


def _execute(
    announced: list[AnnouncedVideo], removed: list[RemovedVideo], channel_id: str, lease_id: int | None
) -> tuple[Any, ...]:
    said = {
        "said_channel": channel_id,
        "said_lease": lease_id,
        "announced_rows": json.dumps([_announced_row(video) for video in announced]),
        "announced_count": len(announced),
        "removed_rows": json.dumps([_removed_row(video) for video in removed]),
        "removed_count": len(removed),
    }
    sql, constants = written(by_lease=lease_id is not None, announces=bool(announced), removes=bool(removed))
    # Twice does no harm: the hub itself repeats what it has got no answer to.
    return execute_alone(sql, constants | said)[0]


def _last_word(notification: Notification, channel_id: str) -> tuple[list[AnnouncedVideo], list[RemovedVideo]]:
    """Keep of each video what was said last: one statement cannot change a row twice."""
    said: list[AnnouncedVideo | RemovedVideo] = [*notification.announced, *notification.removed]
    latest: dict[str, AnnouncedVideo | RemovedVideo] = {}
    for video in sorted(said, key=_when):
        if video.channel_id in (channel_id, None):
            latest[video.video_id] = video
        else:
            logger.warning("ignored video %s: it is of another channel than its lease", video.video_id)
    # Sorted, so that overlapping deliveries lock rows in the same order.
    kept = [latest[video_id] for video_id in sorted(latest)]
    return (
        [video for video in kept if isinstance(video, AnnouncedVideo)],
        [video for video in kept if isinstance(video, RemovedVideo)],
    )


def _when(video: AnnouncedVideo | RemovedVideo) -> datetime:
    return video.updated_at if isinstance(video, AnnouncedVideo) else video.removed_at


@functools.cache
def written(*, by_lease: bool, announces: bool, removes: bool) -> tuple[str, dict[str, Any]]:
    """
    Return the statement as SQL, with the values that are always the same; those that are said have yet to be added.

    Putting it together takes longer than running it, and so does finding it in SQLAlchemy's cache: it is done once.
    """
    dialect = psycopg.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy has no annotation there.
    compiled = _statement(by_lease, announces, removes).compile(dialect=dialect)
    return str(compiled), dict(compiled.params)


def _statement(by_lease: bool, announces: bool, removes: bool) -> Select[Any]:
    """PostgreSQL plans it anew each time, and takes its time: what is not said is left out."""
    new, edited, removed, queued, skipped = [select(literal_column("0", Integer)).scalar_subquery()] * 5
    state = select(Lease.state).where(Lease.id == _SAID_LEASE).scalar_subquery() if by_lease else None
    stands = true() if state is None else state.is_distinct_from(ENDED)
    if announces:
        videos = _upserted_videos(stands)
        new, edited = _count(videos, videos.c.is_new), _count(videos, ~videos.c.is_new)
        queued = _count(_queued_posts(videos))
    if removes:
        gone = _removed_videos(stands)
        removed, skipped = _count(gone), _count(_skipped_posts(gone))
    counted = select(new, edited, removed, queued, skipped)
    if state is None:
        return counted
    return counted.add_columns(state).add_cte(_kept_notification(queued, skipped))


def _kept_notification(queued: ScalarSelect[int], skipped: ScalarSelect[int]) -> CTE:
    """The delivery itself; its lease is locked first, so that it cannot be pruned away meanwhile."""
    heard = (
        update(Lease)
        .where(Lease.id == _SAID_LEASE, Lease.state != ENDED)
        .values(last_push_at=func.now(), degraded_at=None)
        .returning(Lease.id)
        .cte("heard")
    )
    announced, removed = (bindparam(f"{kind}_count", type_=Integer) for kind in ("announced", "removed"))
    delivery = select(heard.c.id, announced, removed, queued, skipped)
    columns = ["lease_id", "announced", "removed", "queued", "skipped"]
    return insert(Delivery).from_select(columns, delivery).returning(Delivery.id).cte("kept")


def _count(rows: CTE, *which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(rows).where(*which).scalar_subquery()


def _announced_row(video: AnnouncedVideo) -> dict[str, str]:
    return {
        "video_id": video.video_id,
        "channel_id": video.channel_id,
        "title": video.title,
        "author": video.author,
        "published_at": video.published_at.isoformat(),
        "updated_at": video.updated_at.isoformat(),
    }


def _removed_row(video: RemovedVideo) -> dict[str, str]:
    return {"video_id": video.video_id, "removed_at": video.removed_at.isoformat()}


def _upserted_videos(stands: ColumnElement[bool]) -> CTE:
    """Every announced video that was not there (`is_new`), or was there in an older form."""
    said = _rows("announced_rows", "video_id", "channel_id", "title", "author", "published_at", "updated_at")
    arrived = insert(Video).from_select(list(said.c.keys()), select(*said.c).where(stands))
    newer = arrived.excluded.updated_at > Video.updated_at
    return (
        arrived.on_conflict_do_update(
            index_elements=[Video.video_id],
            set_={
                "title": arrived.excluded.title,
                "author": arrived.excluded.author,
                "updated_at": arrived.excluded.updated_at,
                # A private video that became public again.
                "removed_at": case((arrived.excluded.updated_at > Video.removed_at, None), else_=Video.removed_at),
            },
            where=newer & (Video.channel_id == arrived.excluded.channel_id),
        )
        # A row version that this statement inserted has no xmax; one that it updated has.
        .returning(
            Video.video_id,
            Video.channel_id,
            Video.published_at,
            literal_column("videos.xmax = 0").label("is_new"),
        )
        .cte("announced")
    )


def _removed_videos(stands: ColumnElement[bool]) -> CTE:
    said = _rows("removed_rows", "video_id", "removed_at")
    return (
        update(Video)
        .where(
            Video.video_id == said.c.video_id,
            Video.channel_id == bindparam("said_channel", type_=Text),
            Video.removed_at.is_(None),
            # Order is not promised: the video may have come back before we heard that it had gone.
            Video.updated_at <= said.c.removed_at,
            stands,
        )
        .values(removed_at=said.c.removed_at)
        .returning(Video.video_id)
        .cte("removed")
    )


def _queued_posts(videos: CTE) -> CTE:
    """A post for each new video and each link that was there when the video went up."""
    due = (
        select(videos.c.video_id, Subscription.id)
        .join(Subscription, Subscription.channel_id == videos.c.channel_id)
        .where(
            videos.c.is_new,
            Subscription.paused_at.is_(None),
            Subscription.removed_at.is_(None),
            # The first we hear of an old video may be an edit of its description.
            Subscription.created_at <= videos.c.published_at,
        )
    )
    return insert(Post).from_select(["video_id", "subscription_id"], due).returning(Post.id).cte("queued")


def _skipped_posts(gone: CTE) -> CTE:
    return (
        update(Post)
        .where(Post.video_id == gone.c.video_id, Post.state == "pending")
        .values(state="skipped", reason="the video was taken back before it was posted")
        .returning(Post.id)
        .cte("skipped")
    )


def _rows(parameter: str, *names: str) -> TableValuedAlias:
    """Return the rows of a JSON parameter as something to select from, however many they are; `…_at` are times."""
    types = [column(name, DateTime(timezone=True) if name.endswith("_at") else Text()) for name in names]
    rowset = func.jsonb_to_recordset(bindparam(parameter, type_=JSONB)).table_valued(*types)
    return rowset.render_derived(with_types=True)
