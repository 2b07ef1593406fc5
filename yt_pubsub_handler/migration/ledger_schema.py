"""
Without this file there would be nowhere to write down what a migration is doing while it does it.

The ledger has a schema of its own and is made here, like `alembic_version` is made by Alembic: a table that a
revision made could not tell of the revision that makes it. Its version is the schema's comment, so that one query
tells whether there is anything to do.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

SCHEMA = "pipeline"
VERSION = 1
_COMMENT = "Ledger of the migrations, version {version}. Made and changed by the engine alone."

# Only add: the release before this one writes into the same tables. Each statement can be run again.
_STATEMENTS = (
    """
CREATE TABLE IF NOT EXISTS pipeline.runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text,
    direction text NOT NULL CHECK (direction IN ('upgrade', 'downgrade')),
    from_revision text,
    target_revision text,
    to_revision text,
    release text NOT NULL,
    lambda_version text,
    actor text,
    run text,
    attempt integer,
    token bigint NOT NULL,
    tag text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    outcome text NOT NULL DEFAULT 'running'
        CHECK (outcome IN ('running', 'applied', 'undone', 'failed', 'interrupted', 'cancelled')),
    result jsonb,
    error_code text,
    error text,
    cancel_requested_at timestamptz,
    cancel_requested_by text,
    CHECK ((outcome = 'running') = (ended_at IS NULL))
)""",
    # A run that was cut off may be asked for again under its key; one that ended may not.
    "CREATE UNIQUE INDEX IF NOT EXISTS runs_key ON pipeline.runs (key) WHERE outcome <> 'interrupted'",
    """
CREATE TABLE IF NOT EXISTS pipeline.steps (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES pipeline.runs,
    revision text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('upgrade', 'downgrade')),
    file_hash text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    seconds double precision,
    retries integer NOT NULL DEFAULT 0,
    blockers jsonb NOT NULL DEFAULT '[]',
    indexes jsonb NOT NULL DEFAULT '[]',
    outcome text NOT NULL DEFAULT 'started'
        CHECK (outcome IN ('started', 'applied', 'undone', 'failed', 'interrupted')),
    error_code text,
    error text,
    CHECK ((outcome = 'started') = (ended_at IS NULL))
)""",
    "CREATE INDEX IF NOT EXISTS steps_run_id ON pipeline.steps (run_id)",
    "CREATE INDEX IF NOT EXISTS steps_revision ON pipeline.steps (revision, id)",
    """
CREATE TABLE IF NOT EXISTS pipeline.releases (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    commit text NOT NULL,
    lambda_version text,
    code_sha256 text,
    schema_revision text,
    run text,
    attempt integer,
    actor text,
    smoke jsonb,
    promoted_at timestamptz NOT NULL DEFAULT clock_timestamp()
)""",
    """
CREATE TABLE IF NOT EXISTS pipeline.holds (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    revision text NOT NULL,
    file_hash text NOT NULL,
    held_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    held_by text,
    reason text,
    released_at timestamptz,
    released_by text
)""",
    "CREATE INDEX IF NOT EXISTS holds_revision ON pipeline.holds (revision)",
    """
CREATE TABLE IF NOT EXISTS pipeline.freezes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    frozen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    frozen_by text,
    reason text,
    released_at timestamptz,
    released_by text
)""",
    """
CREATE TABLE IF NOT EXISTS pipeline.fence (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    token bigint NOT NULL
)""",
    "INSERT INTO pipeline.fence (token) VALUES (0) ON CONFLICT DO NOTHING",
)


def ledger_version(connection: Connection) -> int:
    """Return the version of the ledger in this database, 0 where there is none."""
    query = "SELECT obj_description(to_regnamespace('pipeline'), 'pg_namespace')"
    comment = connection.scalar(text(query)) or ""
    found = re.search(r"version (\d+)", comment)
    return int(found[1]) if found else 0


def ensure_ledger(connection: Connection) -> None:
    """
    Make the ledger's tables, or bring them to this version, all of it or nothing; commits.

    Two at once may fail each other: call it under the mutex. A newer ledger is left as it is: the release that
    made it has only added to it.
    """
    made = ledger_version(connection)
    if made >= VERSION:
        return
    # PostgreSQL asks for the right to create schemas before it looks whether there is one.
    missing = connection.scalar(text("SELECT to_regnamespace('pipeline') IS NULL"))
    statements = [
        *(["CREATE SCHEMA pipeline"] if missing else []),
        *_STATEMENTS,
        f"COMMENT ON SCHEMA {SCHEMA} IS '{_COMMENT.format(version=VERSION)}'",
    ]
    # Sent together without parameters, they are one transaction even where each statement commits by itself.
    together = {"no_parameters": True}
    connection.exec_driver_sql("; ".join(statements), execution_options=together)
    connection.commit()
