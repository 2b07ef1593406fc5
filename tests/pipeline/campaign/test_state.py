"""A campaign is worth what its judge is: whatever contradicts itself has to be seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest

from pipeline.campaign.deploy import IDS, PREPARED
from pipeline.campaign.state import State, look
from pipeline.postgres import Server

FIRST, SECOND, THIRD = IDS
DONE = State(3, tuple((revision, "applied") for revision in IDS), (True, True, True), ())


def test_what_is_applied_recorded_and_there_is_no_contradiction() -> None:
    assert DONE.contradictions() == []


def test_an_interrupted_step_before_the_one_that_did_it_is_no_contradiction() -> None:
    state = replace(DONE, steps=((FIRST, "applied"), (SECOND, "interrupted"), (SECOND, "applied"), (THIRD, "applied")))

    assert state.contradictions() == []
    assert state.outcomes(SECOND) == ["interrupted", "applied"]


def test_an_index_that_is_there_before_its_revision_is_done_is_no_contradiction() -> None:
    state = State(1, ((FIRST, "applied"), (SECOND, "started")), (True, True, False), ())

    assert state.contradictions() == []
    assert state.begun == [SECOND]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (replace(DONE, applied=2), "revision 3 is applied 0 times and recorded 1 times"),
        (replace(DONE, steps=DONE.steps[:2]), "revision 3 is applied 1 times and recorded 0 times"),
        (replace(DONE, steps=(*DONE.steps, (FIRST, "applied"))), "revision 1 is applied 1 times and recorded 2 times"),
        (replace(DONE, effects=(True, False, True)), "revision 2 is applied, and the catalog differs"),
        (State(0, (), (False, False, True), ()), "revision 3 is not applied, and the catalog differs"),
    ],
    ids=["forgotten", "unrecorded", "twice", "invalid index", "unrecorded change"],
)
def test_a_contradiction_is_told(state: State, said: str) -> None:
    assert said in state.contradictions()


@pytest.fixture
def url(postgresql: psycopg.Connection[Any]) -> str:
    """A database at our head, with a ledger and with what the campaign's deploy needs."""
    for statement in PREPARED:
        postgresql.execute(statement.encode())
    postgresql.commit()
    info = postgresql.info
    return Server(info.host, info.port, info.user, info.password).url(info.dbname)


def test_before_the_deploy_nothing_is_there(url: str) -> None:
    assert look(url) == State(0, (), (False, False, False), ())


def test_what_is_applied_is_read_from_version_ledger_and_catalog(url: str, postgresql: psycopg.Connection[Any]) -> None:
    for statement in (
        "ALTER TABLE campaign ADD COLUMN a text",
        "CREATE INDEX ix_campaign ON campaign (campaign_slow(id))",
        f"UPDATE alembic_version SET version_num = '{SECOND}'",  # noqa: S608 - a constant.
    ):
        postgresql.execute(statement.encode())
    step = (
        b"INSERT INTO pipeline.steps (run_id, revision, direction, file_hash, outcome, ended_at) "
        b"SELECT max(id), %s, 'upgrade', '', 'applied', now() FROM pipeline.runs"
    )
    postgresql.execute(step, (FIRST,))
    postgresql.commit()

    assert look(url) == State(2, ((FIRST, "applied"),), (True, True, False), ())


@pytest.mark.parametrize(
    ("left", "statement"),
    [
        ("a running run", "UPDATE pipeline.runs SET outcome = 'running', ended_at = NULL"),
        ("a step that was begun", "UPDATE pipeline.steps SET outcome = 'started', ended_at = NULL WHERE id = 1"),
        ("an advisory lock", "SELECT pg_advisory_lock(1)"),
        ("an invalid index", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'campaign_pkey'::regclass"),
        (
            "a session of yt-pubsub-handler migration lock 1f3a9c0b",
            "SET application_name = 'yt-pubsub-handler migration lock 1f3a9c0b'",
        ),
    ],
    ids=lambda value: value.split()[1] if value.startswith("a") else "",
)
def test_what_is_left_lying_about_is_told(
    url: str, postgresql: psycopg.Connection[Any], left: str, statement: str
) -> None:
    postgresql.execute(statement.encode())
    postgresql.commit()

    assert look(url).left == (left,)
