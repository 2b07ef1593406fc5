"""Users have a team, teams have a captain."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e52"
down_revision = None


def upgrade():
    op.create_table(  # found: foreign-key-before-its-table
        "users",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("captain_id", sa.BigInteger(), sa.ForeignKey("users.id"), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.execute("DROP TABLE users, teams")
