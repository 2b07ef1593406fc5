"""Initial no-op Birch contract rule.

Revision ID: 30018084e099
Revises: 3b4c3f9a0003

"""

from vpn.db.migration import cli

revision = '30018084e099'
down_revision = '3b4c3f9a0003'
depends_on = ('3b4c3f9a0002',)
branch_labels = (cli.CONTRACT_BRANCH,)


def upgrade():
    pass
