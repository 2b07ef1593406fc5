"""Strings put together by percent

Revision ID: 1c93c5b3a004
Revises: 1c93c5b3a003
"""
revision = '1c93c5b3a004'
down_revision = '1c93c5b3a003'

from alembic import op

SQL = "ALTER TABLE %s ADD COLUMN %s varchar(%d)"
SET = """UPDATE %(table)s SET %(column)s = 'none' WHERE %(column)s IS NULL"""


def upgrade():
    op.execute(SQL % ('book', 'publisher', 80))
    op.execute(SET % {'table': 'book', 'column': 'publisher'})
    op.execute("ALTER TABLE %s DROP COLUMN %s" % ("shelf", "room"))
    op.execute('UPDATE book SET discount = %s' % 0.5)
    op.execute("DELETE FROM book WHERE title LIKE '%%draft%%'")


def downgrade():
    op.execute("ALTER TABLE %s DROP COLUMN %s" % ("book", "publisher"))
