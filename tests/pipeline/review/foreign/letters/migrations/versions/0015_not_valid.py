"""

Revision ID: 0015_not_valid
Revises: 0014_no_op

"""
from alembic import op

revision = '0015_not_valid'
down_revision = '0014_no_op'

NAME = 'ck_letters_office_id_not_null'


def upgrade():
    # acquires access exclusive, but only very briefly as the not valid means it doesn't need to do a full table scan
    op.execute(f"ALTER TABLE letters ADD CONSTRAINT {NAME} CHECK (office_id IS NOT NULL) NOT VALID")


def downgrade():
    op.execute(f"ALTER TABLE letters DROP CONSTRAINT {NAME}")
