"""log dt

Revision ID: 1d2ddd5431aa
Revises: 5a7bad26f2aa
"""

revision = "1d2ddd5431aa"
down_revision = "5a7bad26f2aa"

import sqlalchemy as sa
from alembic import op


def upgrade():
    op.add_column("logs", sa.Column("dt", sa.Date(), nullable=True, default=lambda: 0))


def downgrade():
    try:
        op.drop_column("logs", "dt")
    except Exception as ex:
        print(ex)
