"""Python 2: octal numbers, backticks, except with a comma

Revision ID: 1c93c5b3a006
Revises: 1c93c5b3a005
"""
revision = '1c93c5b3a006'
down_revision = '1c93c5b3a005'

from alembic import op


def upgrade():
    try:
        op.execute(ur"UPDATE book SET mode = %s" % `0644`)
    except Exception, e:
        print e
    exec "op.drop_table('shelf')"


def downgrade():
    pass
