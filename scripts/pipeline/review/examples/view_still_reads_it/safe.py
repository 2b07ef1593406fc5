"""The view goes first, and comes back when the column is as it should be."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CREATE VIEW recent AS SELECT id, title FROM videos")
    op.execute("DROP VIEW recent")
    op.alter_column("videos", "title", type_=sa.String(200), existing_type=sa.String(100))
    op.execute("CREATE VIEW recent AS SELECT id, title FROM videos")


def downgrade():
    op.execute("DROP VIEW recent")
