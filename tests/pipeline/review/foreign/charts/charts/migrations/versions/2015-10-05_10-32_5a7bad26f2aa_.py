"""empty message

Revision ID: 5a7bad26f2aa
Revises: 4e6a06bad7aa
"""

revision = "5a7bad26f2aa"
down_revision = "4e6a06bad7aa"

import sqlalchemy as sa
from alembic import op


def upgrade():
    op.add_column("boards", sa.Column("css", sa.Text(), nullable=True))
    op.add_column("boards", sa.Column("description", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("boards", "description")
    op.drop_column("boards", "css")
