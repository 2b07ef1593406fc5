"""Initial no-op Birch expand rule.

Revision ID: 52c5312f0101
Revises: 3b4c3f9a0003

"""

from vpn.db.migration import cli

revision = '52c5312f0101'
down_revision = '3b4c3f9a0003'
branch_labels = (cli.EXPAND_BRANCH,)


def upgrade():
    pass
