"""aspen

Revision ID: 3b4c3f9a0003
Revises: 3b4c3f9a0002

"""

revision = '3b4c3f9a0003'
down_revision = '3b4c3f9a0002'


def upgrade():
    """A no-op migration for marking the Aspen release."""
    pass
