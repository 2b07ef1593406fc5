"""What `zappa invoke` calls. Zappa exits 0 for whatever is returned, so what goes wrong must be raised."""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import ANY

import pytest
from sqlalchemy import text

from yt_pubsub_handler.database import db
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.revisions import package_head
from yt_pubsub_handler.settings import MissingSettings

RUN = Path(__file__).resolve().parents[1] / "run.py"


SETTINGS = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "SETTINGS_SECRET")
LAMBDA = ("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION")


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> ModuleType:
    """Import run.py as a new container does, with nothing in the environment but this."""
    for name in (*SETTINGS, *LAMBDA):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("run_under_test", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    module = load(monkeypatch, DATABASE_URL=database_url)
    yield module
    with module.app.app_context():
        db.engine.dispose()


@pytest.fixture
def run_on_empty(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return load(monkeypatch, DATABASE_URL=empty_database_url)


class Context:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


RELEASE = {"commit": "development", "version": None, "built_at": None}


def test_an_upgrade_tells_what_it_did_and_a_second_one_that_there_was_nothing(
    run_on_empty: ModuleType,
) -> None:
    head = package_head(run_on_empty.app)

    first = run_on_empty.run_alembic_upgrade({}, Context(120))
    second = run_on_empty.run_alembic_upgrade({}, Context(120))

    told = {"to": head, "head": head, "release": RELEASE, "lambda_version": None}
    steps = [{"revision": one, "seconds": ANY, "retries": 0, "blockers": []} for one in first["applied"]]
    assert first["applied"][-1] == head
    assert first == {"from": None, "applied": first["applied"], "run": 1, "steps": steps, **told}
    assert second == {"from": head, "applied": [], "run": 2, "steps": [], **told}
    assert json.loads(json.dumps(first)) == first


def test_the_status_is_what_the_page_tells(run: ModuleType) -> None:
    head = package_head(run.app)

    told = run.run_migration_status({}, None)

    page = run.app.test_client().get("/status").get_json()
    assert page == {"release": RELEASE, "schema": {"head": head, "revision": head, "fit": "current"}}
    assert page == {"release": told["release"], "schema": told["schema"]}


def test_the_status_lists_what_the_package_holds_from_the_first_to_the_head(run: ModuleType) -> None:
    history = run.run_migration_status({}, None)["history"]

    revisions = [entry["revision"] for entry in history]
    assert [entry["down"] for entry in history] == [None, *revisions[:-1]]
    assert revisions[-1] == package_head(run.app)
    assert all(entry["message"] for entry in history)


@pytest.mark.parametrize(
    "name",
    [
        "run_alembic_upgrade",
        "run_alembic_downgrade",
        "run_migration_status",
        "run_alembic_plan",
        "run_migration_history",
        "run_record_release",
        "run_release_hold",
        "run_freeze",
        "run_unfreeze",
    ],
)
def test_another_package_than_the_expected_one_does_nothing(name: str, run_on_empty: ModuleType) -> None:
    event = {"expect": {"commit": "c" * 40, "head": package_head(run_on_empty.app)}}

    with pytest.raises(Refused, match=f"commit {'c' * 40} was expected, this package has development"):
        getattr(run_on_empty, name)(event, Context(120))

    assert run_on_empty.run_migration_status({}, None)["schema"]["fit"] == "empty"


def test_the_expected_package_works(run_on_empty: ModuleType) -> None:
    head = package_head(run_on_empty.app)
    event = {"command": "run.run_alembic_upgrade", "expect": {"commit": "development", "head": head}}

    assert run_on_empty.run_alembic_upgrade(event, Context(120))["to"] == head


@pytest.mark.parametrize("name", ["run_alembic_upgrade", "run_alembic_downgrade"])
def test_what_could_not_be_reported_in_time_is_not_started(name: str, run_on_empty: ModuleType) -> None:
    with pytest.raises(run_on_empty.EntryPointFailed, match="Nothing was done: less than 20 s are left"):
        getattr(run_on_empty, name)({}, Context(20))

    assert run_on_empty.run_migration_status({}, None)["schema"]["fit"] == "empty"


def test_leases_are_expired_by_the_schedule(run: ModuleType) -> None:
    assert run.run_expire_leases({}, None) == {"expired": {"never_verified": 0, "lapsed": 0}}


def test_feeds_are_reconciled_by_the_schedule(run: ModuleType) -> None:
    nothing = {"read": 0, "unchanged": 0, "failed": 0, "new": 0, "edited": 0, "queued": 0, "degraded": 0}

    assert run.run_reconcile({}, Context(120)) == nothing


def test_what_is_old_is_pruned_by_the_schedule(run: ModuleType) -> None:
    nothing = {"notifications": 0, "posts": 0, "leases": 0, "sign_ins": 0, "counts": 0, "finished": True}

    assert run.run_prune({}, Context(120)) == nothing


def test_the_backlog_is_measured_by_the_schedule(run: ModuleType) -> None:
    measured = run.run_measure({}, Context(120))

    assert (measured["Backlog"], json.loads(json.dumps(measured))) == (0, measured)


def test_leases_are_renewed_by_the_schedule(run: ModuleType) -> None:
    nothing = {"opened": 0, "replaced": 0, "ended": 0, "accepted": 0, "failed": 0, "quiet_until": None}

    assert run.run_renew_leases({}, Context(120)) == nothing


def test_a_container_without_its_settings_ends_in_one_readable_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingSettings, match="The environment lacks SETTINGS_SECRET, the secret's name"):
        load(monkeypatch, AWS_LAMBDA_FUNCTION_NAME="app-production")


def entry_points(run: ModuleType) -> dict[str, Any]:
    return {name: function for name, function in vars(run).items() if name.startswith("run_")}


def test_every_entry_point_takes_exactly_event_and_context(run: ModuleType) -> None:
    found = {name: list(inspect.signature(function).parameters) for name, function in entry_points(run).items()}

    exactly = ["event", "context"]
    assert found == {
        "run_alembic_upgrade": exactly,
        "run_alembic_downgrade": exactly,
        "run_alembic_cancel": exactly,
        "run_migration_status": exactly,
        "run_alembic_plan": exactly,
        "run_migration_history": exactly,
        "run_record_release": exactly,
        "run_release_hold": exactly,
        "run_freeze": exactly,
        "run_unfreeze": exactly,
        "run_expire_leases": exactly,
        "run_reconcile": exactly,
        "run_check_moderators": exactly,
        "run_prune": exactly,
        "run_measure": exactly,
        "run_renew_leases": exactly,
        "run_deliver_posts": exactly,
    }


def test_a_type_error_runs_once_and_is_raised_as_something_else(run: ModuleType) -> None:
    """Zappa takes a TypeError for a wrong number of arguments and calls again, up to three times."""
    from zappa.handler import LambdaHandler  # noqa: PLC0415 - importing it sets logging up.

    calls: list[object] = []

    @run.entry_point  # type: ignore[untyped-decorator] # The module is loaded from its file.
    def migrate(event: object, context: object) -> dict[str, Any]:
        calls.append(event)
        raise TypeError("'NoneType' object is not callable")

    with pytest.raises(run.EntryPointFailed, match="migrate failed: TypeError: 'NoneType' object"):
        LambdaHandler.run_function(migrate, {}, None)

    assert calls == [{}]


def test_an_exit_is_a_failure_whatever_its_code(run: ModuleType) -> None:
    @run.entry_point  # type: ignore[untyped-decorator] # The module is loaded from its file.
    def migrate(event: object, context: object) -> dict[str, Any]:
        raise SystemExit(0)

    with pytest.raises(run.EntryPointFailed, match="migrate tried to exit with 0"):
        migrate({}, None)


def test_what_is_due_is_delivered(run: ModuleType, database_url: str) -> None:
    with run.app.app_context():
        channel = "UC" + "x" * 22
        db.session.execute(
            text(
                "WITH link AS (INSERT INTO subscriptions (channel_id, destination, target) "
                "VALUES (:channel, 'console', 'x') RETURNING id), "
                "video AS (INSERT INTO videos (video_id, channel_id, title, author, published_at, updated_at) "
                "VALUES ('VIDEOID0001', :channel, 't', 'a', now(), now()) RETURNING video_id) "
                "INSERT INTO posts (video_id, subscription_id) SELECT video_id, link.id FROM link, video"
            ),
            {"channel": channel},
        )
        db.session.commit()

    done = run.run_deliver_posts({}, Context(120))

    assert done == {"posted": 1, "unknown": 0, "failed": 0, "skipped": 0, "waiting": 0}


def test_neither_praw_nor_requests_is_imported_before_something_is_posted() -> None:
    """They would double what a cold function takes to answer the hub."""
    program = "import run, sys; print([name for name in ('praw', 'requests', 'boto3') if name in sys.modules])"
    environment = {"DATABASE_URL": "postgresql://h/d", "PATH": os.defpath}

    said = subprocess.run(
        [sys.executable, "-c", program], cwd=RUN.parent, env=environment, capture_output=True, text=True, check=True
    )

    assert said.stdout == "[]\n"
