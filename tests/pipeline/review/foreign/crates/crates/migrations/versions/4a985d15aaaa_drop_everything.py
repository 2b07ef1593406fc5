"""
Drop the old search

Revision ID: 4a985d15aaaa
Revises: 477bc785aaaa
"""

from alembic import op

revision = "4a985d15aaaa"
down_revision = "477bc785aaaa"

DROPPED = frozenset({"comments", "comments_journal"})


def upgrade():
    op.drop_constraint("comments_journal_fkey", "comments_journal", type_="foreignkey")
    for table in sorted(DROPPED):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE IF EXISTS comments_id_seq CASCADE")


def downgrade():
    raise RuntimeError("cannot downgrade")
