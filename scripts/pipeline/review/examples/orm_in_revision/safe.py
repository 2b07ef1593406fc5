"""Everybody gets a handle: a class that stands in the revision stays as it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session, declarative_base

revision = "1a2b3c4d5e43"
down_revision = None

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = sa.Column(sa.Integer, primary_key=True)
    handle = sa.Column(sa.Text)


def upgrade():
    op.add_column("users", sa.Column("handle", sa.Text(), nullable=True))
    session = Session(bind=op.get_bind())
    for user in session.query(User):
        user.handle = str(user.id)
    session.flush()


def downgrade():
    op.drop_column("users", "handle")
