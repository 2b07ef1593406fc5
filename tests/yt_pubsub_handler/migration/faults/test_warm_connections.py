"""A warm container keeps its connections open across an upgrade that changes what its queries return."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from yt_pubsub_handler.database import db
from yt_pubsub_handler.db_utils import alembic_upgrade


def test_a_query_that_ran_often_goes_on_after_its_columns_type_changed(project: Any) -> None:
    """A prepared statement fails with "cached plan must not change result type", until the connection ends."""
    project.write('op.execute("CREATE TABLE t AS SELECT CAST(1 AS varchar(5)) AS a")')
    alembic_upgrade(project.app)
    project.folder /= "next"
    project.write("pass", 'op.execute("ALTER TABLE t ALTER a TYPE text")')

    with project.app.app_context(), db.engine.connect() as warm:
        before = [warm.execute(text("SELECT a FROM t WHERE a <> :no"), {"no": "2"}).scalar() for _ in range(10)]
        warm.commit()
        alembic_upgrade(project.app)
        after = [warm.execute(text("SELECT a FROM t WHERE a <> :no"), {"no": "2"}).scalar() for _ in range(10)]

    assert before == after == ["1"] * 10
