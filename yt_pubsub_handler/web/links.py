"""
Without this file links would be made by hand, in the database.

Making one takes two steps: what was typed is shown as it will be, and linked when that is what was meant. Removing one
takes a single step, and can be undone for an hour: a question that is always answered with yes protects nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from yt_pubsub_handler import link_health, linking
from yt_pubsub_handler.channels import ChannelNotFound, find_channel
from yt_pubsub_handler.linking import WrongInput, read_wording
from yt_pubsub_handler.models import Subscription
from yt_pubsub_handler.previewing import NoSuchChannel, Preview, preview
from yt_pubsub_handler.settings import settings_of
from yt_pubsub_handler.web import forms, may
from yt_pubsub_handler.web.limits import limited
from yt_pubsub_handler.web.visitor import Visitor, current, signed_in

blueprint = Blueprint("links", __name__)

LINK_ID = "int(max=9223372036854775807):link_id"
"""What is larger is no id, and PostgreSQL would not even compare it with one."""
WRONG = 422
Answer = str | Response | tuple[str, int]


@blueprint.get("/links")
@signed_in
def links() -> str:
    visitor = the_visitor()
    now = link_health.database_time()
    found = link_health.links_of(visitor.subreddits)
    removed = link_health.removed_lately(visitor.subreddits)
    just_now = request.args.get("removed", type=int)
    return render_template(
        "links.html",
        places=[(place, list(group)) for place, group in groupby(found, key=lambda link: link.place)],
        removed=removed,
        just_removed=next((row for row in removed if row.Subscription.id == just_now), None),
        standings=link_health.standings([link.Subscription.channel_id for link in found], now),
        moderates=sorted(visitor.subreddits),
        now=now,
    )


@blueprint.get("/links/new")
@signed_in
def new() -> str:
    return _form(forms.EMPTY_LINK | {"subreddit": request.args.get("subreddit", "")})


@blueprint.post("/links/new")
@signed_in
@limited("links", times=60, seconds=600)
def add() -> Answer:
    """Show what was typed as it will be; `step` says whether it was looked at, and is to be changed or linked."""
    values = forms.read(request.form, forms.LINK)
    step = request.form.get("step", "")
    if step == "change":
        return _form(values)
    try:
        shown = _understood(values)
        if step != "link":
            return render_template("link_preview.html", preview=shown, values=_resolved(values, shown))
        subreddit = values["subreddit"].lower()
        may.change(subreddit)
        link_id = linking.make_link(shown.channel, subreddit, read_wording(values), the_visitor().name)
    except WrongInput as wrong:
        return _form(values, wrong), WRONG
    flash(f"Linked. From now on, what {shown.channel.title or 'the channel'} puts up is posted to r/{subreddit}.")
    return redirect(url_for("health.health", link_id=link_id), 303)


@blueprint.route(f"/links/<{LINK_ID}>/wording", methods=["GET", "POST"])
@signed_in
@limited("links", times=60, seconds=600)
def wording(link_id: int) -> Answer:
    link = link_or_404(link_id)
    if request.method == "GET":
        return _wording_form(link, forms.wording_of(link))
    may.change(str(link.subreddit))
    values = forms.read(request.form, forms.WORDING)
    try:
        said = read_wording(values)
    except WrongInput as wrong:
        return _wording_form(link, values, wrong), WRONG
    linking.change_wording(link_id, said)
    flash("Saved. Posts are called so from now on.")
    return redirect(url_for("health.health", link_id=link_id), 303)


@blueprint.post(f"/links/<{LINK_ID}>/pause")
@signed_in
@limited("links", times=60, seconds=600)
def pause(link_id: int) -> Response:
    return _changed(link_id, linking.pause, "Paused. What goes up meanwhile is not posted, not later either.")


@blueprint.post(f"/links/<{LINK_ID}>/resume")
@signed_in
@limited("links", times=60, seconds=600)
def resume(link_id: int) -> Response:
    return _changed(link_id, linking.resume, "Resumed. What goes up from now on is posted.")


@blueprint.post(f"/links/<{LINK_ID}>/remove")
@signed_in
@limited("links", times=60, seconds=600)
def remove(link_id: int) -> Response:
    link = link_or_404(link_id)
    may.change(str(link.subreddit))
    linking.remove(link_id)
    # Not a flashed message: beside the words there is a button.
    return redirect(url_for("links.links", removed=link_id), 303)


@blueprint.post(f"/links/<{LINK_ID}>/undo")
@signed_in
@limited("links", times=60, seconds=600)
def undo(link_id: int) -> Response:
    link = link_or_404(link_id, also_removed=True)
    may.change(str(link.subreddit))
    if not linking.undo_removal(link_id):
        flash("That was too long ago, or is undone already. You can link the channel anew.")
        return redirect(url_for("links.links"), 303)
    flash("It is back, as it was.")
    return redirect(url_for("health.health", link_id=link_id), 303)


def the_visitor() -> Visitor:
    """Return who is signed in, where `signed_in` has let somebody through."""
    visitor = current()
    if visitor is None:
        abort(401)
    return visitor


def link_or_404(link_id: int, *, also_removed: bool = False) -> Subscription:
    """Return a link that the visitor may see; for all others it is not there."""
    link = linking.find_link(link_id)
    if link is None or (link.removed_at is not None and not also_removed):
        abort(404)
    may.see(str(link.subreddit))
    return link


def _changed(link_id: int, change: Callable[[int], bool], words: str) -> Response:
    link = link_or_404(link_id)
    may.change(str(link.subreddit))
    # Whoever presses twice, or at the same time as somebody else, is told the same: it is so.
    change(link_id)
    flash(words)
    return redirect(url_for("health.health", link_id=link_id), 303)


def _understood(values: forms.Values) -> Preview:
    """Return what was typed as it will be. Raises WrongInput with all that is wrong."""
    wrong: dict[str, str] = {}
    said = linking.Wording()
    try:
        said = read_wording(values)
    except WrongInput as error:
        wrong |= error.messages
    if values["subreddit"].lower() not in the_visitor().subreddits:
        wrong["subreddit"] = _where(values["subreddit"])
    try:
        shown = preview(find_channel(values["channel"], settings_of()), said, settings_of())
    except (ChannelNotFound, NoSuchChannel) as error:
        wrong["channel"] = str(error)
    if wrong:
        raise WrongInput({name: wrong[name] for name in forms.LINK if name in wrong})
    return shown


def _where(subreddit: str) -> str:
    if not subreddit:
        return "Choose the subreddit where videos are to be posted."
    return "You do not moderate this subreddit, as far as Reddit has told us. If that is new, sign out and in again."


def _resolved(values: forms.Values, shown: Preview) -> forms.Values:
    """The id stands for what was typed from here on: nobody is asked for a handle twice, and it cannot change."""
    return values | {"channel": shown.channel.channel_id}


def _form(values: forms.Values, wrong: WrongInput | None = None) -> str:
    said = forms.with_errors(values, wrong.messages if wrong else {})
    return render_template("link_new.html", moderates=sorted(the_visitor().subreddits), **said)


def _wording_form(link: Subscription, values: forms.Values, wrong: WrongInput | None = None) -> str:
    said = forms.with_errors(values, wrong.messages if wrong else {})
    return render_template("link_wording.html", link=link, channel=link_health.channel_of(link.channel_id), **said)
