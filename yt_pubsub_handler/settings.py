"""
Without this file each module would read the environment by itself, and the app would find out what is missing
one request at a time.

On Lambda nothing but the *name* of a secret is in the environment: variables are frozen into every published
version, so an old version would keep an old password. The values are read from Secrets Manager at start.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast
from urllib.parse import urlsplit

from flask import Flask, current_app
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

GOOGLE_HUB = "https://pubsubhubbub.appspot.com/"
YOUTUBE_API = "https://www.googleapis.com/youtube/v3"
YOUTUBE_FEED = "https://www.youtube.com/feeds/videos.xml"
REDDIT, REDDIT_OAUTH = "https://www.reddit.com", "https://oauth.reddit.com"

_REQUIRED_ON_LAMBDA = ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL")
_LOCAL_DEFAULTS = {"SECRET_KEY": "for development only", "PUBLIC_URL": "http://127.0.0.1:5000"}
_POSTGRES_SCHEME = re.compile(r"^postgres(ql)?(\+psycopg)?://")
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_REDDIT_NAME = re.compile(r"[A-Za-z0-9_-]{3,20}")
_EXTENSION = "yt_pubsub_handler.settings"


class UnusableSettings(Exception):
    """The app cannot start with what it was given. The message holds names, never values."""


class MissingSettings(UnusableSettings):
    """At least one setting is not there; the message lists all of them, and the bad ones beside."""


@dataclass(frozen=True)
class Settings:
    """What differs between one installation and another. Secrets are kept out of its repr."""

    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    public_url: str
    migration_database_url: str | None = field(default=None, repr=False)
    """The schema's owner, when the app itself connects as somebody who may not change the schema."""
    hub_url: str = GOOGLE_HUB
    youtube_api_key: str | None = field(default=None, repr=False)
    """Without one, a channel cannot be named by its handle."""
    youtube_api_url: str = YOUTUBE_API
    youtube_feed_url: str = YOUTUBE_FEED
    hub_echoes_token: bool | None = field(default=None, repr=False)
    """Whether the hub repeats `hub.verify_token`. None: only Google's is known to."""
    topic_prefix: str | None = field(default=None, repr=False)
    """What a channel's id is appended to where it is subscribed. None: YouTube's canonical form."""
    reddit_client_id: str | None = None
    reddit_client_secret: str | None = field(default=None, repr=False)
    reddit_refresh_token: str | None = field(default=None, repr=False)
    reddit_user_agent: str | None = None
    reddit_url: str = REDDIT
    reddit_oauth_url: str = REDDIT_OAUTH
    admin_reddit_users: frozenset[str] = frozenset()
    """Who sees how the whole is doing: names in lower case."""

    @property
    def demands_token(self) -> bool:
        """Whether a verification has to bring back the token we sent."""
        return self.hub_url == GOOGLE_HUB if self.hub_echoes_token is None else self.hub_echoes_token

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """
        Read the settings this process was started with.

        On Lambda (`AWS_LAMBDA_FUNCTION_NAME` is set) from the secret that `SETTINGS_SECRET` names, a JSON
        object in Secrets Manager; elsewhere from `environment`. Raises UnusableSettings.
        """
        if not environment.get("AWS_LAMBDA_FUNCTION_NAME"):
            given = {name: value for name, value in environment.items() if value}
            return cls.from_values(_LOCAL_DEFAULTS | given, "the environment")
        name = environment.get("SETTINGS_SECRET")
        if not name:
            raise MissingSettings("The environment lacks SETTINGS_SECRET, the secret's name. Set it.")
        return cls.from_values(_read_secret(name), f"the secret {name!r}")

    @classmethod
    def from_values(cls, values: Mapping[str, Any], source: str) -> Self:
        """Check `values` by their names; `source` is how errors call where they come from."""
        missing = [name for name in _REQUIRED_ON_LAMBDA if not values.get(name)]
        checked: dict[str, Any] = {}
        bad = []
        for name, check in _CHECKS.items():
            if values.get(name) not in (None, ""):
                try:
                    checked[name.lower()] = check(values[name])
                except ValueError as error:
                    bad.append(f"{name} {error}")
        problems = [f"lacks {', '.join(missing)}"] if missing else []
        problems += [f"has a bad value: {fault}" for fault in bad]
        if problems:
            kind = MissingSettings if missing else UnusableSettings
            named = f"{source[0].upper()}{source[1:]}"
            raise kind(f"{named} {'; it '.join(problems)}. Set what is named and start again.")
        return cls(**checked)


def keep_settings(app: Flask, settings: Settings) -> None:
    """Make `settings` what `settings_of(app)` returns."""
    app.extensions[_EXTENSION] = settings


def settings_of(app: Flask | None = None) -> Settings:
    """Return the settings of `app`, by default the current one."""
    return cast(Settings, (app or current_app).extensions[_EXTENSION])


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is not a string")  # noqa: TRY004 - it is collected with the other bad values.
    return value


def _postgres_url(value: object) -> str:
    """`postgres://…` is what providers hand out; SQLAlchemy wants its dialect and our driver named."""
    text = _text(value)
    if not _POSTGRES_SCHEME.match(text):
        raise ValueError("is not a postgresql:// URL")
    try:
        url = make_url(_POSTGRES_SCHEME.sub("postgresql+psycopg://", text))
    except (ArgumentError, ValueError):
        # The library's message may quote what it could not read.
        raise ValueError("is not a URL that can be read") from None
    if not url.database:
        raise ValueError("names no database")
    return url.render_as_string(hide_password=False)


def _web_url(value: object) -> str:
    text = _text(value)
    if not re.match(r"^https?://[^/\s]+", text):
        raise ValueError("is not an http:// or https:// URL")
    return text


def _printable(value: object) -> str:
    """It goes into a header as it is."""
    if not re.fullmatch(r"[\x21-\x7e]+", text := _text(value)):
        raise ValueError("has a blank or another character that no key has")
    return text


def _confidential_url(value: object) -> str:
    """Secrets go there, or come: WebSub 5.1 wants HTTPS for that, and only this machine is as good."""
    text = _web_url(value)
    if not is_confidential(text):
        raise ValueError("is not an https:// URL, and secrets are sent there")
    return text


def is_confidential(url: str) -> bool:
    """Tell whether what is sent to `url` can be read by nobody on the way."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in _THIS_MACHINE)
    except ValueError:
        return False


def _reddit_users(value: object) -> frozenset[str]:
    """Somebody is meant who signs in by that name, so that one nobody can have is a mistake to tell of."""
    names = {name.strip().removeprefix("/").removeprefix("u/") for name in _text(value).split(",")} - {""}
    if not all(_REDDIT_NAME.fullmatch(name) for name in names):
        raise ValueError("has something that is no name of a Reddit user")
    return frozenset(name.lower() for name in names)


def _yes_or_no(value: object) -> bool:
    if value not in ("yes", "no"):
        raise ValueError('is neither "yes" nor "no"')
    return value == "yes"


_CHECKS: dict[str, Callable[[object], object]] = {
    "DATABASE_URL": _postgres_url,
    "SECRET_KEY": _text,
    "PUBLIC_URL": lambda value: _confidential_url(value).rstrip("/"),
    "MIGRATION_DATABASE_URL": _postgres_url,
    "HUB_URL": _confidential_url,
    "YOUTUBE_API_KEY": _printable,
    "YOUTUBE_API_URL": lambda value: _confidential_url(value).rstrip("/"),
    "YOUTUBE_FEED_URL": _web_url,
    "HUB_ECHOES_TOKEN": _yes_or_no,
    "TOPIC_PREFIX": _web_url,
    "REDDIT_CLIENT_ID": _text,
    "REDDIT_CLIENT_SECRET": _text,
    "REDDIT_REFRESH_TOKEN": _text,
    "REDDIT_USER_AGENT": _text,
    "REDDIT_URL": lambda value: _confidential_url(value).rstrip("/"),
    "REDDIT_OAUTH_URL": lambda value: _confidential_url(value).rstrip("/"),
    "ADMIN_REDDIT_USERS": _reddit_users,
}
NAMES = tuple(_CHECKS)
"""Every setting that is read."""


def _read_secret(name: str) -> Mapping[str, Any]:
    # Imported here: it takes half a second, and only Lambda needs it.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    patience = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 3})
    try:
        answer = boto3.client("secretsmanager", config=patience).get_secret_value(SecretId=name)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "an unknown error")
        raise UnusableSettings(
            f"The secret {name!r} cannot be read: {code}. Create it, or allow the function's role to read it."
        ) from None
    except BotoCoreError as error:
        raise UnusableSettings(f"Secrets Manager cannot be asked for the secret {name!r}: {error}.") from None
    try:
        values = json.loads(answer.get("SecretString", ""))
    except ValueError:
        values = None  # The parser's message would quote the secret.
    if not isinstance(values, dict):
        raise UnusableSettings(f"The secret {name!r} is not a JSON object of settings. Store one.")
    return values
