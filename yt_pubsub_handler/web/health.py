"""
Without this file a moderator whose video did not appear could only guess why.

Where only a person can know whether a post stands there, two buttons are shown, and nothing happens until one is
pressed.
"""

from __future__ import annotations

from typing import Literal

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from yt_pubsub_handler import link_health
from yt_pubsub_handler.channels import FoundChannel
from yt_pubsub_handler.linking import Wording
from yt_pubsub_handler.models import Subscription
from yt_pubsub_handler.notification import AnnouncedVideo
from yt_pubsub_handler.posting.deciding import decide
from yt_pubsub_handler.posting.kick import kick
from yt_pubsub_handler.previewing import Example, example, next_title
from yt_pubsub_handler.web import may
from yt_pubsub_handler.web.chart import chart
from yt_pubsub_handler.web.limits import limited
from yt_pubsub_handler.web.links import LINK_ID, link_or_404
from yt_pubsub_handler.web.visitor import signed_in

blueprint = Blueprint("health", __name__)

_LARGEST_ID = 2**63 - 1
_POST_ID = f"int(max={_LARGEST_ID}):post_id"


@blueprint.get(f"/links/<{LINK_ID}>")
@signed_in
def health(link_id: int) -> str:
    link = link_or_404(link_id)
    now = link_health.database_time()
    posts, older = link_health.posts_of(link_id, _before())
    days = link_health.days_of(link_id, now)
    return render_template(
        "link.html",
        link=link,
        channel=link_health.channel_of(link.channel_id),
        standing=link_health.standings([link.channel_id], now)[link.channel_id],
        example=_example(link),
        posts=posts,
        older=older,
        first_page=_before() is None,
        days=days,
        chart=chart(days),
        now=now,
    )


@blueprint.post(f"/links/<{LINK_ID}>/posts/<{_POST_ID}>/retry")
@signed_in
@limited("links", times=60, seconds=600)
def retry(link_id: int, post_id: int) -> Response:
    return _decided(link_id, post_id, "retry", "It is sent again, within a minute.")


@blueprint.post(f"/links/<{LINK_ID}>/posts/<{_POST_ID}>/dismiss")
@signed_in
@limited("links", times=60, seconds=600)
def dismiss(link_id: int, post_id: int) -> Response:
    return _decided(link_id, post_id, "dismiss", "It is left as it is. Nothing is sent again.")


def _decided(link_id: int, post_id: int, decision: Literal["retry", "dismiss"], words: str) -> Response:
    link = link_or_404(link_id)
    post = link_health.find_post(link_id, post_id)
    if post is None:
        abort(404)
    may.change(str(link.subreddit))
    if decide(post, decision):
        flash(words)
        if decision == "retry":
            kick(current_app)
    else:
        flash("Nothing was changed: this post does not wait for a decision any more.")
    return redirect(url_for("health.health", link_id=link_id, _anchor="posts"), 303)


def _before() -> int | None:
    """The post before which the page begins; what is no id is the first page."""
    before = request.args.get("before", type=int)
    return before if before and 0 < before <= _LARGEST_ID else None


def _example(link: Subscription) -> Example:
    """How the next post will be called, by the last video's title where we have heard of one."""
    wording = Wording(link.title_template, tuple(link.include_words), tuple(link.exclude_words))
    video = link_health.latest_video(link.channel_id)
    if video is None:
        known = link_health.channel_of(link.channel_id)
        return next_title(FoundChannel(link.channel_id, known.title if known else None), wording)
    said = AnnouncedVideo(
        video.video_id, video.channel_id, video.title, video.author, video.published_at, video.updated_at
    )
    return example(said, wording)
