"""Drop the leases that ran out, and empty a table of our own"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541e1"
down_revision = "400000000000"


def upgrade():
    op.execute("DELETE FROM leases WHERE ends_at < now()")
    op.create_table("drafts", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.execute("TRUNCATE drafts")


def downgrade():
    op.execute("DELETE FROM drafts")
    op.drop_table("drafts")
