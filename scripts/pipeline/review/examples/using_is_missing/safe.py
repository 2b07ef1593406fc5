"""Years are counted; nothing here changes a type."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e51"
down_revision = None


def upgrade():
    op.create_table("years", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("year", sa.String(4)))
    op.alter_column("years", "year", existing_type=sa.String(4), type_=sa.Integer(), postgresql_using="year::integer")


def downgrade():
    op.drop_table("years")
