"""ports and what they are attached to

Revision ID: 3b4c3f9a0002
Revises: 3b4c3f9a0001

"""
from alembic import op
import sqlalchemy as sa

revision = '3b4c3f9a0002'
down_revision = '3b4c3f9a0001'

port_status = sa.Enum('UP', 'DOWN', 'BUILD', name='port_status')


def upgrade():
    op.create_table(
        'ports_of_aspen',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('mac', sa.String(length=32), nullable=True),
        sa.Column('status', port_status, nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('mac', name='uniq_ports0mac'))
