"""Rename a column of a table that is new"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541e8"
down_revision = "400000000000"


def upgrade():
    op.create_table(
        "drafts", sa.Column("id", sa.Integer(), nullable=False), sa.Column("title", sa.Text(), nullable=True)
    )
    op.alter_column("drafts", "title", new_column_name="headline")


def downgrade():
    op.drop_table("drafts")
