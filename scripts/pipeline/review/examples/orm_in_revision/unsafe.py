"""Everybody gets a handle."""

import sqlalchemy as sa
from alembic import op
from app.models import User  # found: application-import
from sqlalchemy.orm import Session

revision = "1a2b3c4d5e42"
down_revision = None


def upgrade():
    op.add_column("users", sa.Column("handle", sa.Text(), nullable=True))
    session = Session(bind=op.get_bind())
    for user in session.query(User):  # found: orm-in-revision
        user.handle = user.name
    for user in User.query.all():  # found: orm-in-revision
        user.handle = user.handle.lower()


def downgrade():
    op.drop_column("users", "handle")
