"""
Without this file a rehearsal would show that the app is deployed, and not that it does what it is for.

Only the link from channel to subreddit is written by hand: everything after it is the deployed package's doing.
"""

from __future__ import annotations

import psycopg

from pipeline.errors import Found
from pipeline.rehearsal import truth
from pipeline.rehearsal.machine import Machine
from pipeline.rehearsal.outside import CHANNEL, SUBREDDIT
from pipeline.rehearsal.youtube import Video

_SECONDS_TO_POST = 60


def video_becomes_a_post(machine: Machine) -> Video:
    """Link a channel, let the app subscribe, deliver a video twice; return it, raise Found unless it is posted once."""
    link(machine.database_url)
    truth.fire(machine, "renew-leases")
    machine.display.hide(*machine.secrets())
    video = machine.outside.publish("Tom & Jerry 🇦🇺")
    insist_on_one_post(machine, video)
    machine.outside.tell(video)
    insist_on_one_post(machine, video)
    return video


def link(database_url: str, channel: str = CHANNEL, subreddit: str = SUBREDDIT) -> None:
    """Write the row of a link that was made a minute ago: a video tells only the second in which it went up."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO subscriptions (channel_id, subreddit, created_at) "
            "VALUES (%s, %s, now() - interval '1 minute') ON CONFLICT DO NOTHING",
            (channel, subreddit),
        )


def insist_on_one_post(machine: Machine, video: Video) -> None:
    """Wait until the app is at rest; raise Found unless Reddit has the video once, with its title, where it belongs."""
    if not machine.aws.settle(_SECONDS_TO_POST):
        raise Found(f"The app is still busy {_SECONDS_TO_POST} s after {video.url} was delivered.")
    machine.outside.insist_on_one_post(video)
