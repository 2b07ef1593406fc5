"""Passwords are hashed."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e10"
down_revision = None


def upgrade():
    op.add_column("users", sa.Column("password_hash", sa.Text(), nullable=True))


def downgrade():
    raise NotImplementedError("the passwords were hashed")  # found: downgrade-raises
