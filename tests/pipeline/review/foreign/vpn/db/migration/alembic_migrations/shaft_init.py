import sqlalchemy as sa
from alembic import op


def upgrade():
    op.create_table("shafts", sa.Column("id", sa.String(36), primary_key=True), sa.Column("name", sa.String(255)))
    op.execute("ALTER TABLE ports ALTER COLUMN mac SET NOT NULL")
