"""Add access_request

Revision ID: 5e4a03ef0baa
Revises: 1226819ee0aa
"""

revision = '5e4a03ef0baa'
down_revision = '1226819ee0aa'

from alembic import op
import sqlalchemy as sa

def upgrade():
    op.create_table(
        'access_request',
        sa.Column('created_on', sa.DateTime(), nullable=True),
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('datasource_type', sa.String(length=200), nullable=True),
        sa.Column('changed_by_fk', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['changed_by_fk'], ['ab_user.id'], ),
        sa.PrimaryKeyConstraint('id')
    )

def downgrade():
    op.drop_table('access_request')
