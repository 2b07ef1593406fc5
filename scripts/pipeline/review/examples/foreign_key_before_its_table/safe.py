"""Users have a team, teams have a captain."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e53"
down_revision = None


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), sa.ForeignKey("users.id"), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("captain_id", sa.BigInteger(), sa.ForeignKey("users.id"), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_foreign_key("users_team_id_fkey", "users", "teams", ["team_id"], ["id"])


def downgrade():
    op.drop_constraint("users_team_id_fkey", "users", type_="foreignkey")
    op.drop_table("teams")
    op.drop_table("users")
