"""
Backfill in batches, outside of the migration's transaction

Revision ID: 2730e54f87aa
Revises: 1fdf5dc6bb3a
"""

import sqlalchemy as sa

from alembic import op

revision = "2730e54f87aa"
down_revision = "1fdf5dc6bb3a"


def _get_num_rows(conn):
    return list(conn.execute(sa.text("SELECT COUNT(id) FROM crate_files WHERE packaged IS NULL")))[0][0]


def upgrade():
    op.add_column("crate_files", sa.Column("packaged", sa.Boolean(), nullable=True, comment="Is it packed?"))

    # We need this commit here to commit the addition of the column before the backfill
    op.execute("COMMIT")
    bind = op.get_bind()
    total_rows = _get_num_rows(bind)
    max_loops = total_rows // 100000 + 1
    loops = 0
    while _get_num_rows(bind) > 0 and loops < max_loops:
        loops += 1
        bind.execute(
            sa.text("""
            UPDATE crate_files
            SET packaged = FALSE
            WHERE id IN (
                SELECT id
                FROM crate_files
                WHERE packaged IS NULL
                LIMIT 100000
            )
        """)
        )
        bind.commit()


def downgrade():
    op.drop_column("crate_files", "packaged")
