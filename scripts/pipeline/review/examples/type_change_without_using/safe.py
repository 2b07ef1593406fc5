"""Widen a text"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541fa"
down_revision = "400000000000"


def upgrade():
    op.alter_column("videos", "title", existing_type=sa.String(50), type_=sa.Text())


def downgrade():
    op.execute("SELECT 1")
