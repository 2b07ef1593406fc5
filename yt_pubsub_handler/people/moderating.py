"""
Without this file whoever once moderated a subreddit could post there for ever.

What somebody was seen to moderate decides what they see. Before anything is changed, Reddit is asked again with their
own token.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import func, select, update

from yt_pubsub_handler.database import db
from yt_pubsub_handler.people import accounts, reddit_api
from yt_pubsub_handler.people.models import SignIn
from yt_pubsub_handler.people.reddit_api import CannotAskReddit, NotAllowed
from yt_pubsub_handler.people.tokens import Unreadable, decrypt, encrypt
from yt_pubsub_handler.settings import Settings

logger = logging.getLogger(__name__)

_NEARLY_OVER = timedelta(minutes=1)

__all__ = ["CannotAskReddit", "SignInEnded", "moderated_now"]


class SignInEnded(Exception):
    """The person has taken back at Reddit what they had allowed, or signed out meanwhile: they have to sign in anew."""


def moderated_now(settings: Settings, account_id: int, sign_in_id: int) -> frozenset[str]:
    """
    Ask Reddit, with the token of a sign-in, what its owner moderates; note it, commit, and return it.

    Raises CannotAskReddit, with which nothing has changed, and SignInEnded.
    """
    try:
        subreddits = _ask(settings, sign_in_id)
    except (NotAllowed, Unreadable) as error:
        logger.info("sign-in %s has ended: %s", sign_in_id, error)
        accounts.end(settings, sign_in_id)
        raise SignInEnded(str(error)) from None
    accounts.keep_moderated(account_id, subreddits)
    db.session.commit()
    return subreddits


def _ask(settings: Settings, sign_in_id: int) -> frozenset[str]:
    access, refreshing = _tokens(settings, sign_in_id)
    if access is not None:
        try:
            return reddit_api.moderated(settings, access)
        except NotAllowed:
            # It may have ended earlier than Reddit had said: a new one tells.
            logger.info("the access token of sign-in %s is not accepted any more", sign_in_id)
    if refreshing is None:
        raise NotAllowed("its token has ended, and there is none to get another one with")
    tokens = reddit_api.refresh(settings, refreshing)
    _keep(settings, sign_in_id, tokens)
    return reddit_api.moderated(settings, tokens.access)


def _tokens(settings: Settings, sign_in_id: int) -> tuple[str | None, str | None]:
    """Return access token, if it still lasts, and refresh token; no transaction is open while Reddit is asked."""
    found = db.session.execute(
        select(
            SignIn.access_token, SignIn.refresh_token, SignIn.access_token_expires_at > func.now() + _NEARLY_OVER
        ).where(SignIn.id == sign_in_id)
    ).one_or_none()
    db.session.commit()
    if found is None:
        raise NotAllowed("it is not there any more")
    access, refreshing, lasts = found
    return (
        decrypt(access, settings.secret_key) if access and lasts else None,
        decrypt(refreshing, settings.secret_key) if refreshing else None,
    )


def _keep(settings: Settings, sign_in_id: int, tokens: reddit_api.Tokens) -> None:
    values = {
        "access_token": encrypt(tokens.access, settings.secret_key),
        "access_token_expires_at": func.now() + timedelta(seconds=tokens.seconds),
    }
    if tokens.refresh:
        values["refresh_token"] = encrypt(tokens.refresh, settings.secret_key)
    kept = update(SignIn).where(SignIn.id == sign_in_id).values(values)
    db.session.execute(kept.execution_options(synchronize_session=False))
    db.session.commit()
