"""Whoever sets an installation up is told all that is missing at once, and no log ever holds a value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from yt_pubsub_handler import create_app
from yt_pubsub_handler.settings import (
    GOOGLE_HUB,
    MissingSettings,
    Settings,
    UnusableSettings,
    settings_of,
)

URL = "postgresql://owner:hidden@db.example:5433/app"
ON_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "app-production", "SETTINGS_SECRET": "app/production"}
COMPLETE = {"DATABASE_URL": URL, "SECRET_KEY": "hidden key", "PUBLIC_URL": "https://app.example/"}


@pytest.fixture
def secrets_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield boto3.client("secretsmanager")


def store(secrets_manager: Any, value: Any) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    secrets_manager.create_secret(Name="app/production", SecretString=text)


def test_on_lambda_everything_comes_from_one_secret(secrets_manager: Any) -> None:
    """Variables would be frozen into each version, and an old version would keep an old password."""
    owner = "postgres://schema:hidden@db.example/app"
    store(secrets_manager, COMPLETE | {"MIGRATION_DATABASE_URL": owner, "SOMETHING_ELSE": 1})

    settings = Settings.read(ON_LAMBDA | {"DATABASE_URL": "postgresql://from-the-environment/app"})

    assert settings == Settings(
        database_url="postgresql+psycopg://owner:hidden@db.example:5433/app",
        secret_key="hidden key",
        public_url="https://app.example",
        migration_database_url="postgresql+psycopg://schema:hidden@db.example/app",
        hub_url=GOOGLE_HUB,
    )


def test_all_that_is_missing_is_told_at_once(secrets_manager: Any) -> None:
    store(secrets_manager, {"SECRET_KEY": "", "HUB_URL": "nowhere"})

    with pytest.raises(MissingSettings) as raised:
        Settings.read(ON_LAMBDA)

    assert str(raised.value) == (
        "The secret 'app/production' lacks DATABASE_URL, SECRET_KEY, PUBLIC_URL; "
        "it has a bad value: HUB_URL is not an http:// or https:// URL. "
        "Set what is named and start again."
    )


@pytest.mark.parametrize("text", ["no JSON: hidden", '["hidden"]', '"hidden"', "null", " "])
def test_a_secret_that_is_no_object_is_told_without_its_content(secrets_manager: Any, text: str) -> None:
    store(secrets_manager, text)

    with pytest.raises(UnusableSettings, match="'app/production' is not a JSON object") as raised:
        Settings.read(ON_LAMBDA)

    assert "hidden" not in str(raised.value)


def test_a_secret_that_is_not_there_is_told_by_name(secrets_manager: Any) -> None:
    with pytest.raises(UnusableSettings, match="'app/production' cannot be read: ResourceNotFoundException"):
        Settings.read(ON_LAMBDA)


def test_on_lambda_the_secret_has_to_be_named() -> None:
    with pytest.raises(MissingSettings, match="lacks SETTINGS_SECRET"):
        Settings.read(COMPLETE | {"AWS_LAMBDA_FUNCTION_NAME": "app-production"})


def test_elsewhere_the_database_is_all_that_has_to_be_said() -> None:
    assert Settings.read({"DATABASE_URL": URL, "HUB_URL": ""}) == Settings(
        database_url="postgresql+psycopg://owner:hidden@db.example:5433/app",
        secret_key="for development only",
        public_url="http://127.0.0.1:5000",
    )
    with pytest.raises(MissingSettings, match="The environment lacks DATABASE_URL"):
        Settings.read({})


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("mysql://root:hidden@db/app", "is not a postgresql:// URL"),
        ("hidden", "is not a postgresql:// URL"),
        ("postgresql+psycopg2://u:hidden@db/app", "is not a postgresql:// URL"),
        ("postgresql://u:hidden@db", "names no database"),
        ("postgresql://u:hidden@db/", "names no database"),
        ("postgresql://u:hidden@db:port/app", "is not a URL that can be read"),
        (5, "is not a string"),
        (["hidden"], "is not a string"),
    ],
)
@pytest.mark.parametrize("name", ["DATABASE_URL", "MIGRATION_DATABASE_URL"])
def test_a_bad_database_url_is_told_by_name_and_fault(name: str, value: Any, fault: str) -> None:
    with pytest.raises(UnusableSettings) as raised:
        Settings.from_values(COMPLETE | {name: value}, "the environment")

    assert str(raised.value) == (f"The environment has a bad value: {name} {fault}. Set what is named and start again.")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_the_scheme_ends_at_our_driver(scheme: str) -> None:
    url = f"{scheme}://u:p%40ss@db.example/app?sslmode=require"

    settings = Settings.from_values(COMPLETE | {"DATABASE_URL": url}, "the environment")

    assert settings.database_url == "postgresql+psycopg://u:p%40ss@db.example/app?sslmode=require"


def test_secrets_are_not_shown() -> None:
    secrets = {
        "MIGRATION_DATABASE_URL": URL,
        "YOUTUBE_API_KEY": "hidden-too",
        "REDDIT_CLIENT_SECRET": "hidden too",
        "REDDIT_REFRESH_TOKEN": "hidden too",
    }

    settings = Settings.from_values(COMPLETE | secrets, "the environment")

    assert repr(settings).startswith(f"Settings(public_url='https://app.example', hub_url={GOOGLE_HUB!r}, ")
    assert "hidden" not in repr(settings)


def test_a_key_that_could_not_be_sent_is_refused_at_the_start() -> None:
    with pytest.raises(UnusableSettings, match="YOUTUBE_API_KEY has a blank") as raised:
        Settings.from_values(COMPLETE | {"YOUTUBE_API_KEY": "hidden\nkey"}, "the environment")

    assert "hidden" not in str(raised.value)


def test_the_app_is_made_from_the_settings_and_keeps_them() -> None:
    settings = Settings.from_values(COMPLETE, "the environment")

    app = create_app(settings)

    assert settings_of(app) is settings
    assert app.secret_key == "hidden key"


def test_a_stand_in_on_this_machine_may_be_asked_without_tls() -> None:
    settings = Settings.from_values(COMPLETE | {"YOUTUBE_API_URL": "http://127.0.0.1:8000/api/"}, "the test")

    assert settings.youtube_api_url == "http://127.0.0.1:8000/api"


@pytest.mark.parametrize(
    ("value", "users"),
    [
        ("", set()),
        ("Mia", {"mia"}),
        (" Mia , u/Otto_2,/u/n-3,, ", {"mia", "otto_2", "n-3"}),
    ],
)
def test_operators_are_named_as_people_write_them(value: str, users: set[str]) -> None:
    settings = Settings.from_values(COMPLETE | {"ADMIN_REDDIT_USERS": value}, "the test")

    assert settings.admin_reddit_users == users


@pytest.mark.parametrize("value", ["Mia Otto", "mia;otto", "x", "a" * 21, "*", ["mia"]])
def test_an_operator_whom_reddit_cannot_know_is_a_bad_value(value: object) -> None:
    with pytest.raises(UnusableSettings, match="ADMIN_REDDIT_USERS"):
        Settings.from_values(COMPLETE | {"ADMIN_REDDIT_USERS": value}, "the test")


HUB = "https://hub.example/"


@pytest.mark.parametrize(
    ("given", "demands"),
    [
        ({}, True),
        ({"HUB_ECHOES_TOKEN": "no"}, False),
        ({"HUB_URL": HUB}, False),
        ({"HUB_URL": HUB, "HUB_ECHOES_TOKEN": "yes"}, True),
    ],
)
def test_a_token_is_demanded_of_googles_hub_and_of_those_that_are_said_to_echo_it(
    given: dict[str, str], demands: bool
) -> None:
    """A W3C hub need not repeat it, and would never be believed."""
    assert Settings.from_values(COMPLETE | given, "the test").demands_token is demands


@pytest.mark.parametrize("name", ["HUB_URL", "PUBLIC_URL", "YOUTUBE_API_URL"])
@pytest.mark.parametrize("url", ["http://hub.example/", "http://127.0.0.1.evil.example/", "http://localhost@evil/"])
def test_secrets_are_sent_to_no_address_that_others_can_listen_to(url: str, name: str) -> None:
    with pytest.raises(UnusableSettings, match=f"{name} is not an https:// URL, and secrets are sent there"):
        Settings.from_values(COMPLETE | {name: url}, "the test")


def test_a_hub_on_this_machine_may_be_asked_without_tls() -> None:
    settings = Settings.from_values(COMPLETE | {"HUB_URL": "http://127.0.0.1:8000/hub"}, "the test")

    assert settings.hub_url == "http://127.0.0.1:8000/hub"


@pytest.mark.parametrize("value", ["true", False, 1])
def test_anything_but_yes_or_no_is_a_bad_value(value: object) -> None:
    with pytest.raises(UnusableSettings, match='HUB_ECHOES_TOKEN is neither "yes" nor "no"'):
        Settings.from_values(COMPLETE | {"HUB_ECHOES_TOKEN": value}, "the test")
