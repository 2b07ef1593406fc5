"""empty message

Revision ID: 0006_key_types
Revises: 0005_permission_enum

"""
revision = '0006_key_types'
down_revision = '0005_permission_enum'

from alembic import op
import sqlalchemy as sa


def upgrade():
    op.create_table('key_types', sa.Column('name', sa.String(length=255), nullable=False), sa.PrimaryKeyConstraint('name'))
    op.execute("insert into key_types values ('normal'), ('team')")

    op.add_column('api_keys', sa.Column('key_type', sa.String(length=255), nullable=True))
    op.execute("update api_keys set key_type = 'normal'")
    op.create_index(op.f('ix_api_keys_key_type'), 'api_keys', ['key_type'], unique=False)
    op.create_foreign_key(None, 'api_keys', 'key_types', ['key_type'], ['name'])


def downgrade():
    op.drop_constraint('api_keys_key_type_fkey', 'api_keys', type_='foreignkey')
    op.drop_index(op.f('ix_api_keys_key_type'), table_name='api_keys')
    op.drop_column('api_keys', 'key_type')
    op.drop_table('key_types')
