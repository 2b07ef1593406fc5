"""Drop the drafts"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541d4"
down_revision = "400000000000"


def upgrade():
    op.drop_table("drafts")  # found: drop-table


def downgrade():
    op.create_table("drafts", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))
