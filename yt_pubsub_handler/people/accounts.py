"""
Without this file nobody would be known again in their next request.

A browser holds a random token and the database its hash, so a sign-in can be ended from here at any moment, which a
signed cookie alone cannot. Every time is the database's.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Subscription
from yt_pubsub_handler.people import reddit_api
from yt_pubsub_handler.people.models import Account, Moderator, SignIn
from yt_pubsub_handler.people.reddit_api import CannotAskReddit, NotAllowed, NotSetUp, Person, Tokens
from yt_pubsub_handler.people.tokens import Unreadable, decrypt, encrypt, hashed, new_token
from yt_pubsub_handler.settings import Settings

logger = logging.getLogger(__name__)

LONGEST_IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
_SEEN_AGAIN = timedelta(minutes=5)
"""Not every request writes: a sign-in may end so much too early."""

_KEEP_MODERATED = text("""
WITH said AS (SELECT DISTINCT lower(name) AS subreddit FROM unnest(CAST(:subreddits AS text[])) AS name),
account AS (SELECT id FROM accounts WHERE id = :account_id FOR KEY SHARE),
gone AS (DELETE FROM moderators WHERE account_id = :account_id AND subreddit NOT IN (SELECT subreddit FROM said))
INSERT INTO moderators (account_id, subreddit) SELECT account.id, said.subreddit FROM said CROSS JOIN account
ON CONFLICT (account_id, subreddit) DO UPDATE SET seen_at = now()
""")


@dataclass(frozen=True)
class SignedIn:
    """Somebody, by one of their sign-ins; `subreddits` in lower case, as they were seen last."""

    sign_in_id: int
    account_id: int
    name: str
    subreddits: frozenset[str]


@dataclass(frozen=True)
class Kept:
    """All that is known of somebody here, as of `now` by the database's clock."""

    name: str
    created_at: datetime
    signed_in_at: datetime
    now: datetime
    browsers: int
    links: int
    subreddits: tuple[str, ...]


def sign_in(
    settings: Settings, person: Person, tokens: Tokens, subreddits: frozenset[str], before: str | None = None
) -> str:
    """
    Sign `person` in, commit, and return the token for their browser; the sign-in of the token `before` ends.

    Raises SQLAlchemy's DBAPIError, and then nothing has changed.
    """
    token = new_token()
    account_id = _account_of(person)
    keep_moderated(account_id, subreddits)
    ended = _end(SignIn.token_hash == hashed(before)) if before else []
    db.session.add(
        SignIn(
            account_id=account_id,
            token_hash=hashed(token),
            expires_at=func.now() + LONGEST,
            access_token=encrypt(tokens.access, settings.secret_key),
            access_token_expires_at=func.now() + timedelta(seconds=tokens.seconds),
            refresh_token=encrypt(tokens.refresh, settings.secret_key) if tokens.refresh else None,
        )
    )
    db.session.commit()
    logger.info("account %s has signed in", account_id)
    _revoke(settings, ended)
    return token


def find(token: str) -> SignedIn | None:
    """Return who holds `token`, None if nobody does (any more); ends the transaction."""
    moderates = select(func.coalesce(func.array_agg(Moderator.subreddit), text("'{}'")))
    found = db.session.execute(
        select(
            SignIn.id,
            Account.id,
            Account.name,
            moderates.where(Moderator.account_id == Account.id).correlate(Account).scalar_subquery(),
            SignIn.seen_at < func.now() - _SEEN_AGAIN,
        )
        .join(Account, Account.id == SignIn.account_id)
        .where(
            SignIn.token_hash == hashed(token),
            SignIn.expires_at > func.now(),
            SignIn.seen_at > func.now() - LONGEST_IDLE,
        )
    ).one_or_none()
    if found is None:
        db.session.commit()
        return None
    sign_in_id, account_id, name, subreddits, unseen = found
    if unseen:
        seen = update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=func.now())
        db.session.execute(seen.execution_options(synchronize_session=False))
    db.session.commit()
    return SignedIn(sign_in_id, account_id, name, frozenset(subreddits))


def sign_out(settings: Settings, token: str) -> None:
    """End the sign-in of `token`, commit, and have Reddit forget it: here it has ended whatever Reddit says."""
    _sign_out(settings, SignIn.token_hash == hashed(token))


def end(settings: Settings, sign_in_id: int) -> None:
    """Do the same for a sign-in that is known by its id."""
    _sign_out(settings, SignIn.id == sign_in_id)


def end_expired(settings: Settings, now: datetime, many: int) -> int:
    """
    Do the same for up to `many` sign-ins that have expired by `now`, or were idle for too long, and return how many.

    What somebody else has locked is left to the next call.
    """
    expired = or_(SignIn.expires_at < now, SignIn.seen_at < now - LONGEST_IDLE)
    some = select(SignIn.id).where(expired).order_by(SignIn.id).limit(many).with_for_update(skip_locked=True)
    gone = list(db.session.scalars(some))
    _sign_out(settings, SignIn.id.in_(gone))
    return len(gone)


def delete_account(settings: Settings, account_id: int) -> None:
    """
    Delete all that is known of somebody, commit, and have Reddit forget their tokens.

    The links they made are removed: nobody would be left to whom their errors could be told.
    """
    ended = _end(SignIn.account_id == account_id)
    name = db.session.scalar(delete(Account).where(Account.id == account_id).returning(Account.name))
    if name is not None:
        db.session.execute(
            update(Subscription)
            .where(func.lower(Subscription.created_by) == name.lower())
            .values(created_by=None, removed_at=func.coalesce(Subscription.removed_at, func.now()), paused_reason=None)
            .execution_options(synchronize_session=False)
        )
    db.session.commit()
    logger.info("account %s is deleted", account_id)
    _revoke(settings, ended)


def kept(account_id: int) -> Kept:
    """Return what is known of somebody. Raises NoResultFound where that is nothing (any more)."""
    name, created_at, signed_in_at, now = db.session.execute(
        select(Account.name, Account.created_at, Account.signed_in_at, func.now()).where(Account.id == account_id)
    ).one()
    in_use = (SignIn.expires_at > func.now()) & (SignIn.seen_at > func.now() - LONGEST_IDLE)
    made = (func.lower(Subscription.created_by) == name.lower()) & Subscription.removed_at.is_(None)
    return Kept(
        name,
        created_at,
        signed_in_at,
        now,
        browsers=db.session.scalars(select(func.count()).where(SignIn.account_id == account_id, in_use)).one(),
        links=db.session.scalars(select(func.count()).where(made)).one(),
        subreddits=tuple(
            db.session.scalars(
                select(Moderator.subreddit).where(Moderator.account_id == account_id).order_by(Moderator.subreddit)
            )
        ),
    )


def keep_moderated(account_id: int, subreddits: frozenset[str]) -> None:
    """Note that these and no others are what somebody moderates; the caller commits."""
    db.session.execute(_KEEP_MODERATED, {"account_id": account_id, "subreddits": sorted(subreddits)})


def _account_of(person: Person) -> int:
    """Return the id of the account, which is made if need be; its row stays locked until the commit."""
    # A name that Reddit now says is somebody else's: whoever had it is known by their id until they come again.
    taken = (func.lower(Account.name) == person.name.lower()) & (Account.reddit_id != person.reddit_id)
    db.session.execute(
        update(Account)
        .where(taken)
        .values(name=func.concat("[", Account.reddit_id, "]"))
        .execution_options(synchronize_session=False)
    )
    known = insert(Account).values(reddit_id=person.reddit_id, name=person.name)
    account_id: int = db.session.execute(
        known.on_conflict_do_update(
            index_elements=[Account.reddit_id], set_={"name": person.name, "signed_in_at": func.now()}
        ).returning(Account.id)
    ).scalar_one()
    return account_id


def _sign_out(settings: Settings, which: ColumnElement[bool]) -> None:
    ended = _end(which)
    db.session.commit()
    _revoke(settings, ended)


def _end(which: ColumnElement[bool]) -> list[str]:
    """Delete sign-ins, and return what Reddit is to forget; the caller commits."""
    gone = delete(SignIn).where(which).returning(func.coalesce(SignIn.refresh_token, SignIn.access_token))
    return [token for (token,) in db.session.execute(gone) if token is not None]


def _revoke(settings: Settings, tokens: list[str]) -> None:
    """Nobody waits for it to succeed: the tokens are nowhere any more, and an access token lasts an hour."""
    for token in tokens:
        try:
            reddit_api.revoke(settings, decrypt(token, settings.secret_key))
        except (CannotAskReddit, NotAllowed, NotSetUp, Unreadable) as error:
            logger.warning("a token of a sign-in that has ended was not revoked: %s", error)
