"""
What a hub could deliver on a bad day: everything twice, in the wrong order, and with somebody else's signature.

The same seed gives the same day. What has to come of it is known before anything is sent.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

CHANNELS = tuple(f"UC{letter * 22}" for letter in "abcde")
SHAKEN = 40
"""A notification comes at most so many places too early or too late."""
_FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:at="http://purl.org/atompub/tombstones/1.0"
  xmlns="http://www.w3.org/2005/Atom">{}</feed>"""
_ENTRY = """<entry><id>yt:video:{id}</id><yt:videoId>{id}</yt:videoId><yt:channelId>{channel}</yt:channelId>
<title>{title}</title><link rel="alternate" href="https://www.youtube.com/watch?v={id}"/>
<author><name>Ann</name></author><published>{published}</published><updated>{updated}</updated></entry>"""
_TOMBSTONE = '<at:deleted-entry ref="yt:video:{id}" when="{when}"><at:by><name>Ann</name></at:by></at:deleted-entry>'


@dataclass(frozen=True)
class Notification:
    """One delivery; `forged` is signed by somebody who does not know the secret."""

    channel: str
    body: bytes
    forged: bool = False


@dataclass
class Plan:
    """The notifications in the order in which they come, and the videos by what has to become of them."""

    notifications: list[Notification]
    wanted: dict[str, str]
    """The channels of the videos that have to be posted in each of its places, once."""
    taken_back: set[str]
    """These may be posted, once, where their tombstone came too late."""
    unwanted: set[str]
    """Older than every link, or forged: these must not be posted."""


def make_plan(many: int, seed: int, now: datetime) -> Plan:
    """Plan `many` notifications of what goes up from `now` on."""
    dice = random.Random(seed)  # noqa: S311 - the same seed gives the same day.
    plan = Plan([], {}, set(), set())
    shown: list[tuple[str, str, datetime]] = []
    for number in range(many):
        moment = now + timedelta(seconds=1 + number)
        what = dice.random()
        if what < 0.40 or not shown:
            video = (f"VIDEO{number:06}", dice.choice(CHANNELS), moment)
            shown.append(video)
            plan.wanted[video[0]] = video[1]
            plan.notifications.append(_announced(video, moment, "A title"))
        elif what < 0.60:
            plan.notifications.append(dice.choice(plan.notifications[-SHAKEN:]))
        elif what < 0.80:
            plan.notifications.append(_announced(dice.choice(shown[-200:]), moment, f"Edited & {number}"))
        elif what < 0.87:
            gone = dice.choice(shown[-30:])
            plan.wanted.pop(gone[0], None)
            plan.taken_back.add(gone[0])
            feed = _TOMBSTONE.format(id=gone[0], when=moment.astimezone(UTC).isoformat())
            plan.notifications.append(Notification(gone[1], _FEED.format(feed).encode()))
        elif what < 0.94:
            forged = (f"FORGE{number:06}", dice.choice(CHANNELS), moment)
            plan.unwanted.add(forged[0])
            announced = _announced(forged, moment, "Forged")
            plan.notifications.append(Notification(announced.channel, announced.body, forged=True))
        else:
            old = (f"OLDIE{number:06}", dice.choice(CHANNELS), now - timedelta(days=30))
            plan.unwanted.add(old[0])
            plan.notifications.append(_announced(old, moment, "Old, and edited"))
    _shake(plan.notifications, dice)
    return plan


def _shake(notifications: list[Notification], dice: random.Random) -> None:
    places = {place: place + dice.uniform(0, SHAKEN) for place in range(len(notifications))}
    before = list(notifications)
    notifications[:] = [before[place] for place in sorted(places, key=lambda place: places[place])]


def _announced(video: tuple[str, str, datetime], updated: datetime, title: str) -> Notification:
    entry = _ENTRY.format(
        id=video[0],
        channel=video[1],
        title=escape(title),
        published=video[2].isoformat(),
        updated=updated.isoformat(),
    )
    return Notification(video[1], _FEED.format(entry).encode())
