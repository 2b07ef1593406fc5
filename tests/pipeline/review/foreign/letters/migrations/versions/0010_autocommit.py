"""

Revision ID: 0010_autocommit
Revises: 0009_concurrent_index

"""
from alembic import op

revision = '0010_autocommit'
down_revision = '0009_concurrent_index'


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index(
            'ix_letters_to',
            'letters',
            ['to'],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index('ix_letters_to', table_name='letters', postgresql_concurrently=True, if_exists=True)
