"""
rename tables

Revision ID: 38022454aaaa
Revises: 3708ffc77aaa
"""

from alembic import op

revision = "38022454aaaa"
down_revision = "3708ffc77aaa"


def upgrade():
    """
    Rename tables to be consistent with the others.

    Note: we have also learned that renaming tables doesn't rename their sequences.
    """
    for old, new in (("accounts_user", "users"), ("accounts_email", "user_emails")):
        op.rename_table(old, new)
        op.execute(f"ALTER SEQUENCE {old}_id_seq RENAME TO {new}_id_seq")
        op.execute("ALTER INDEX " + old + "_pkey RENAME TO " + new + "_pkey")


def downgrade():
    raise RuntimeError("Can't roll back without deleting data")
