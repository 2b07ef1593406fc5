"""A table that the revision looks up in the database has the columns that the revision names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.review.finding import Direction
from pipeline.review.revision import Revision

Read = Callable[..., Revision]

AUTOLOADED = 'videos = sa.Table("videos", sa.MetaData(), autoload_with=op.get_bind())'
REFLECTED = 'meta = sa.MetaData()\nmeta.reflect(bind=op.get_bind())\nvideos = meta.tables["videos"]'
LOOKED_UP = 'meta = sa.MetaData()\nmeta.reflect(op.get_bind(), only=["videos"])\nvideos = sa.Table("videos", meta)'


@pytest.mark.parametrize("found", [AUTOLOADED, REFLECTED, LOOKED_UP])
@pytest.mark.parametrize(
    ("statement", "sql"),
    [
        ("op.execute(videos.delete())", "DELETE FROM videos"),
        ('op.execute(videos.update().values(seen="no"))', "UPDATE videos SET seen='no'"),
        (
            'op.get_bind().execute(sa.update(videos).where(videos.c["id"] == 7).values({"seen": None}))',
            "UPDATE videos SET seen=NULL WHERE videos.id = '7'",
        ),
        ('op.bulk_insert(videos, [{"title": "one"}])', "INSERT INTO videos (title) VALUES ('one')"),
    ],
)
def test_what_is_sent_to_a_reflected_table_is_read(read: Read, found: str, statement: str, sql: str) -> None:
    script = read(f"{found}\n{statement}").scripts[Direction.UPGRADE]

    assert [" ".join(one.sql.split()).rstrip(";") for one in script.statements] == [sql]
    assert script.not_analysed == []


def test_a_table_that_the_revision_defines_is_its_own(read: Read) -> None:
    script = read(
        """
        meta = sa.MetaData()
        sa.Table("videos", meta, sa.Column("title", sa.Integer()))
        op.bulk_insert(meta.tables["videos"], [{"title": 7}])
        """
    ).scripts[Direction.UPGRADE]

    assert [" ".join(one.sql.split()).rstrip(";") for one in script.statements] == [
        "INSERT INTO videos (title) VALUES (7)"
    ]
