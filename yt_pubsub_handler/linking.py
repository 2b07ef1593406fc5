"""
Without this file each page would change links in its own way, and what is wrong with one would be said differently.

Whether somebody may change a link has been decided before. Each change is one guarded statement, so that two people
who press at once, or one who presses twice, change it once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert

from yt_pubsub_handler.channels import FoundChannel
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Channel, Subscription

UNDO_WITHIN = timedelta(hours=1)
LONGEST_TEMPLATE = 300
"""As many characters as Reddit takes in a title."""
MOST_WORDS = 50
LONGEST_WORD = 100
FIELDS = ("title_template", "include_words", "exclude_words")

_REDDIT = "reddit"
_WHITE_OR_CONTROL = re.compile(r"[\x00-\x20\x7f]+")


class WrongInput(Exception):
    """What was typed cannot be used; `messages` has one for each field that is wrong, by its name."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__(" ".join(messages.values()))
        self.messages = dict(messages)


@dataclass(frozen=True)
class Wording:
    """How posts are called, and which videos are posted."""

    title_template: str = "{title}"
    include_words: tuple[str, ...] = ()
    exclude_words: tuple[str, ...] = ()


def read_wording(typed: Mapping[str, str]) -> Wording:
    """Read the three FIELDS as somebody typed them; words stand between commas or on lines. Raises WrongInput."""
    template = _clean(typed.get("title_template", "")) or Wording.title_template
    include, exclude = (_words(typed.get(name, "")) for name in FIELDS[1:])
    wrong = {}
    if len(template) > LONGEST_TEMPLATE:
        wrong["title_template"] = f"The title has more than {LONGEST_TEMPLATE} characters. Shorten it."
    for name, words in (("include_words", include), ("exclude_words", exclude)):
        if len(words) > MOST_WORDS:
            wrong[name] = f"These are more than {MOST_WORDS} words. Leave some out."
        elif any(len(word) > LONGEST_WORD for word in words):
            wrong[name] = f"One of these has more than {LONGEST_WORD} characters. Put commas between words."
    in_both = [word for word in exclude if word.casefold() in {other.casefold() for other in include}]
    if in_both and "exclude_words" not in wrong:
        wrong["exclude_words"] = f"“{in_both[0]}” is among the words that a title must have, too. Take it out of one."
    if wrong:
        raise WrongInput(wrong)
    return Wording(template, include, exclude)


def make_link(channel: FoundChannel, subreddit: str, wording: Wording, created_by: str) -> int:
    """
    Link `channel` to `subreddit`, commit, and return the link's id. Raises WrongInput where it is linked already.

    A link that was removed is taken back as if it were new: what went up while nobody had it is not posted.
    """
    values: dict[str, Any] = {
        "channel_id": channel.channel_id,
        "subreddit": subreddit,
        "created_by": created_by,
        "destination": _REDDIT,
        **_columns(wording),
    }
    fresh = {"created_at": func.now(), "removed_at": None, "target": None, **_RESUMED}
    made = (
        insert(Subscription)
        .values(values)
        .on_conflict_do_update(
            index_elements=[Subscription.channel_id, func.lower(Subscription.subreddit)],
            set_=values | fresh,
            where=Subscription.removed_at.is_not(None),
        )
        .returning(Subscription.id)
    )
    link_id: int | None = db.session.scalar(made)
    if link_id is None:
        db.session.rollback()
        raise WrongInput({"channel": f"This channel is linked to r/{subreddit} already. Choose another one."})
    _remember(channel)
    db.session.commit()
    return link_id


def find_link(link_id: int) -> Subscription | None:
    """Return the link to a subreddit with this id, also one that was removed."""
    to_reddit = (Subscription.destination == _REDDIT) & Subscription.subreddit.is_not(None)
    return db.session.scalar(select(Subscription).where(Subscription.id == link_id, to_reddit))


def pause(link_id: int) -> bool:
    """Post nothing that goes up from now on, and commit; like all that follow, False where it was so already."""
    return _change(link_id, Subscription.paused_at.is_(None), paused_at=func.now(), paused_reason=None)


def resume(link_id: int) -> bool:
    """Post again what goes up from now on."""
    return _change(link_id, Subscription.paused_at.is_not(None), **_RESUMED)


def change_wording(link_id: int, wording: Wording) -> bool:
    """Call posts differently from now on, or choose other videos; what is queued follows."""
    return _change(link_id, **_columns(wording))


def remove(link_id: int) -> bool:
    """Take the link away; `undo_removal` takes that back."""
    return _change(link_id, removed_at=func.now())


def undo_removal(link_id: int) -> bool:
    """Put a link back as it was; False if it was removed longer than UNDO_WITHIN ago."""
    lately = Subscription.removed_at > func.now() - UNDO_WITHIN
    return _update(link_id, lately, removed_at=None)


_RESUMED: dict[str, Any] = {"paused_at": None, "paused_reason": None}


def _change(link_id: int, *where: ColumnElement[bool], **values: Any) -> bool:
    return _update(link_id, Subscription.removed_at.is_(None), *where, **values)


def _update(link_id: int, *where: ColumnElement[bool], **values: Any) -> bool:
    changed = (
        update(Subscription)
        .where(Subscription.id == link_id, *where)
        .values(values)
        .returning(Subscription.id)
        .execution_options(synchronize_session=False)
    )
    done = db.session.scalar(changed) is not None
    db.session.commit()
    return done


def _remember(channel: FoundChannel) -> None:
    """Keep what YouTube said about it, so that pages have a name for it; its feed is read with the next run."""
    row = insert(Channel).values(channel_id=channel.channel_id, title=channel.title, handle=channel.handle)
    known = {
        "title": func.coalesce(row.excluded.title, Channel.title),
        "handle": func.coalesce(row.excluded.handle, Channel.handle),
    }
    db.session.execute(row.on_conflict_do_update(index_elements=[Channel.channel_id], set_=known))


def _columns(wording: Wording) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(wording).items()}


def _words(typed: str) -> tuple[str, ...]:
    """Each once, however it is written, in the order in which they were typed."""
    words = {word.casefold(): word for part in reversed(re.split(r"[,\n]", typed)) if (word := _clean(part))}
    return tuple(reversed(words.values()))


def _clean(typed: str) -> str:
    """On one line, and without what PostgreSQL has no place for."""
    return _WHITE_OR_CONTROL.sub(" ", typed).strip()
