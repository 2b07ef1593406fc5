"""Windows line ends

Revision ID: 1c93c5b3a017
Revises: 2b1ae634e5cd
"""
revision = '1c93c5b3a017'
down_revision = '2b1ae634e5cd'

from alembic import op


def upgrade():
    op.execute("""
        ALTER TABLE reader
        DROP COLUMN shoe_size;
    """)


def downgrade():
    op.execute("ALTER TABLE reader ADD COLUMN shoe_size int")
