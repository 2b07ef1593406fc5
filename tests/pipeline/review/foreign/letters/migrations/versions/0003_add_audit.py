"""empty message

Revision ID: 0003_add_audit
Revises: 0002_add_char_count
"""

revision = '0003_add_audit'
down_revision = '0002_add_char_count'

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


def upgrade():
    op.create_table('offices_history',
    sa.Column('id', postgresql.UUID(as_uuid=True), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id', 'version')
    )
    op.add_column('offices', sa.Column('version', sa.Integer(), nullable=True))
    op.get_bind()
    op.execute('UPDATE offices SET version = 1')
    op.execute('INSERT INTO offices_history SELECT id, name, version FROM offices')
    op.alter_column('offices', 'version', nullable=False)


def downgrade():
    op.drop_column('offices', 'version')
    op.drop_table('offices_history')
