"""
Raise the time-outs for this one

Revision ID: 41abd35caaaa
Revises: 3d2b8a42aaaa
"""

import sqlalchemy as sa

from alembic import op

revision = "41abd35caaaa"
down_revision = "3d2b8a42aaaa"


def upgrade():
    conn = op.get_bind()
    conn.execute(sa.text("SET statement_timeout = 120000"))
    conn.execute(sa.text("SET lock_timeout = 120000"))
    op.execute("ALTER TABLE crate_files ADD CONSTRAINT crate_files_sha_len CHECK (length(sha256) = 64)")
    op.create_unique_constraint("crate_files_filename_key", "crate_files", ["filename"])


def downgrade():
    op.drop_constraint("crate_files_filename_key", "crate_files")
    op.drop_constraint("crate_files_sha_len", "crate_files")
