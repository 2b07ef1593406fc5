"""
Array of classifiers, with an index of its own

Revision ID: 477bc785aaaa
Revises: 42e76a6caaaa
"""

import sqlalchemy as sa

from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, CITEXT, JSONB, TSVECTOR, UUID

revision = "477bc785aaaa"
down_revision = "42e76a6caaaa"


def upgrade():
    op.add_column("crates", sa.Column("classifiers", ARRAY(sa.Text()), nullable=True))
    op.add_column("crates", sa.Column("search", TSVECTOR(), nullable=True))
    op.add_column("crates", sa.Column("meta", JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False))
    op.add_column("crates", sa.Column("owner", CITEXT(), nullable=True))
    op.add_column("crates", sa.Column("uid", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False))
    op.execute("CREATE INDEX crates_search ON crates USING gin (search)")


def downgrade():
    for column in ("uid", "owner", "meta", "search", "classifiers"):
        op.drop_column("crates", column)
