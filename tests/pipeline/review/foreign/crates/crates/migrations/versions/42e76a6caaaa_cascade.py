"""
Deleting a crate deletes its files: replace the foreign key

Revision ID: 42e76a6caaaa
Revises: 41abd35caaaa
"""

from alembic import op

revision = "42e76a6caaaa"
down_revision = "41abd35caaaa"


def upgrade():
    op.drop_constraint("crate_files_crate_fkey", "crate_files", type_="foreignkey")
    op.execute("DELETE FROM crate_files WHERE crate NOT IN (SELECT name FROM crates)")
    op.create_foreign_key(
        "crate_files_crate_fkey", "crate_files", "crates", ["crate"], ["name"], onupdate="CASCADE", ondelete="CASCADE"
    )


def downgrade():
    op.drop_constraint("crate_files_crate_fkey", "crate_files", type_="foreignkey")
    op.create_foreign_key("crate_files_crate_fkey", "crate_files", "crates", ["crate"], ["name"], onupdate="CASCADE")
