"""Add the drafts"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541d8"
down_revision = "400000000000"


def upgrade():
    op.create_table("drafts", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))


def downgrade():
    op.execute("DROP TABLE drafts CASCADE")  # found: drop-cascade
