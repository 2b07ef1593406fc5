"""A branch: badges

Revision ID: 0a1b2c3d4e08
Revises: 0a1b2c3d4e07

"""
from alembic import op
import sqlalchemy as sa


revision = '0a1b2c3d4e08'
down_revision = '0a1b2c3d4e07'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('badge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('GOLD', 'SILVER', name='badgekind'), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )


def downgrade():
    op.drop_table('badge')
