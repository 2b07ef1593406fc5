"""A savepoint's commit keeps the transaction open."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    connection = op.get_bind()
    with connection.begin_nested() as savepoint:
        op.add_column("videos", sa.Column("note", sa.Text()))
        savepoint.commit()


def downgrade():
    op.drop_column("videos", "note")
