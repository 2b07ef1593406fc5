"""SQLAlchemy's own commit is Alembic's: what comes after it is another transaction."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    connection = op.get_bind()
    op.add_column("videos", sa.Column("note", sa.Text()))
    connection.commit()  # found: transaction-statement
    op.add_column("videos", sa.Column("remark", sa.Text()))


def downgrade():
    op.drop_column("videos", "remark")
    op.drop_column("videos", "note")
