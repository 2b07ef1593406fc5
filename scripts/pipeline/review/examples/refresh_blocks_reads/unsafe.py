"""Fill a view again."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("REFRESH MATERIALIZED VIEW popular")  # found: refresh-blocks-reads


def downgrade():
    pass
