"""Fill a view again beside its readers, and a new one that has none."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY popular")
    op.execute("CREATE MATERIALIZED VIEW fresh AS SELECT 1 AS one WITH NO DATA")
    op.execute("REFRESH MATERIALIZED VIEW fresh")


def downgrade():
    op.execute("DROP MATERIALIZED VIEW fresh")
