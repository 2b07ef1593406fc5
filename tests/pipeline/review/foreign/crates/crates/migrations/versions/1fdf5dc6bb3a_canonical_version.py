"""
Data migration for canonical_version column

Revision ID: 1fdf5dc6bb3a
Revises: 111d8fc04aaa
"""

import sqlalchemy as sa

from alembic import op
from packaging.utils import canonicalize_version

revision = "1fdf5dc6bb3a"
down_revision = "111d8fc04aaa"

versions = sa.Table(
    "crate_versions",
    sa.MetaData(),
    sa.Column("version", sa.Text(), primary_key=True),
    sa.Column("canonical_version", sa.Text()),
)


def upgrade():
    connection = op.get_bind()
    version_query = sa.select([versions.c.version]).distinct()

    for found in connection.execute(version_query):
        connection.execute(
            versions.update()
            .where(sa.and_(versions.c.version == found.version, versions.c.canonical_version.is_(None)))
            .values(canonical_version=canonicalize_version(found.version))
        )

    op.alter_column("crate_versions", "canonical_version", nullable=False)


def downgrade():
    raise RuntimeError("No such thing as decanonicalization!")
