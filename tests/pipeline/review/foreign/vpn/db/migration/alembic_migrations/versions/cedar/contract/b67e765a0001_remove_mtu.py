"""remove mtu column from networks

Revision ID: b67e765a0001
Revises: 97c25b0d2301
"""

from alembic import op

revision = 'b67e765a0001'
down_revision = '97c25b0d2301'
depends_on = '030a959c0001'


def upgrade():
    op.drop_column('networks', 'mtu')
