"""

Revision ID: 0014_no_op
Revises: 0013_drop_stats

"""
revision = '0014_no_op'
down_revision = '0013_drop_stats'


def upgrade():
    """This one was too slow, and is done by a task now."""


def downgrade():
    """Nothing to undo."""
