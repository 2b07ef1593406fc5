"""The first revision, which the example beside it follows: it knows of places and of nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e69"
down_revision = None


def upgrade():
    op.create_table("places", sa.Column("id", sa.BigInteger(), primary_key=True))


def downgrade():
    op.drop_table("places")
