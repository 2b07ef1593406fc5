"""
Count downloads in a materialised view

Revision ID: 512f6bd7aaaa
Revises: 5059332caaaa
"""

from alembic import op

revision = "512f6bd7aaaa"
down_revision = "5059332caaaa"


def upgrade():
    op.execute("CREATE MATERIALIZED VIEW downloads AS SELECT crate, count(*) AS n FROM crate_files GROUP BY 1")
    op.execute("CREATE UNIQUE INDEX downloads_crate ON downloads (crate)")
    op.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY downloads")
    op.execute("GRANT SELECT ON downloads TO readers")


def downgrade():
    op.execute("DROP MATERIALIZED VIEW downloads")
