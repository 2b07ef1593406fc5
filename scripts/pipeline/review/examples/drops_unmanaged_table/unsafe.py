"""Places have a name; autogenerate found a table it had not been told of."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e70"
down_revision = "1a2b3c4d5e69"


def upgrade():
    op.drop_table("spatial_ref_sys")  # found: drop-table, drops-unmanaged-table
    op.add_column("places", sa.Column("name", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("places", "name")
    op.create_table("spatial_ref_sys", sa.Column("srid", sa.INTEGER(), nullable=False))
