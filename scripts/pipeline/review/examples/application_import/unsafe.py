"""Everybody gets a handle."""

import sqlalchemy as sa
from alembic import op
from app.models import User  # found: application-import

revision = "1a2b3c4d5e40"
down_revision = None


def upgrade():
    from app.text import slug  # found: application-import

    op.add_column("users", sa.Column("handle", sa.Text(), nullable=True))
    op.execute(sa.update(User.__table__).values(handle=slug("new")))


def downgrade():
    op.drop_column("users", "handle")
