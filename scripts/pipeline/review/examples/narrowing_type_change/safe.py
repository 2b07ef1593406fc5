"""Titles are longer than we thought"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541fc"
down_revision = "400000000000"


def upgrade():
    op.alter_column("videos", "title", existing_type=sa.String(50), type_=sa.String(100))


def downgrade():
    op.execute("SELECT 1")
