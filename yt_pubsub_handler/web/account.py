"""Without this file nobody could see what is kept of them here, or have it deleted."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from yt_pubsub_handler.people import accounts
from yt_pubsub_handler.settings import settings_of
from yt_pubsub_handler.web import visitor
from yt_pubsub_handler.web.limits import limited
from yt_pubsub_handler.web.visitor import signed_in

blueprint = Blueprint("account", __name__)

_UNCONFIRMED = "Tick this first: nothing was deleted."


@blueprint.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    return _page({})


@blueprint.post("/account")
@signed_in
@limited("account", times=10, seconds=600)
def delete() -> ResponseReturnValue:
    """Delete the visitor's account, if they have ticked that they mean it."""
    who = visitor.current()
    if who is None:
        abort(401)
    if request.form.get("confirm") != "yes":
        return _page({"confirm": _UNCONFIRMED}), 422
    accounts.delete_account(settings_of(), who.account_id)
    visitor.leave()
    flash("Your account is deleted, with all that was kept of you. The links you had made are removed.")
    return redirect(url_for("front.front"), 303)


def _page(errors: dict[str, str]) -> str:
    who = visitor.current()
    if who is None:
        abort(401)
    return render_template("account.html", kept=accounts.kept(who.account_id), errors=errors)
