"""Books have a language and a shelf."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e12"
down_revision = None


def upgrade():
    op.create_table("shelves", sa.Column("id", sa.BigInteger(), primary_key=True))
    op.add_column("books", sa.Column("shelf_id", sa.BigInteger(), nullable=True))
    op.execute("CREATE SEQUENCE signatures")  # found: downgrade-leaves-objects
    with op.batch_alter_table("books") as batch_op:
        batch_op.add_column(sa.Column("language", sa.Text(), nullable=True))  # found: downgrade-leaves-objects


def downgrade():
    op.drop_column("books", "shelf_id")
    op.drop_table("shelves")
