"""Drop the old title"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541d1"
down_revision = "400000000000"


def upgrade():
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.drop_column("old_title")  # found: drop-column


def downgrade():
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.add_column(sa.Column("old_title", sa.Text(), nullable=True))
