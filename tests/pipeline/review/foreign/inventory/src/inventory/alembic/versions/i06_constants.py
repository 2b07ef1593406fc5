"""Names in constants, put together."""
from alembic import op
import sqlalchemy as sa

revision = "i06"
down_revision = "i05"

PREFIX = "box"
SUFFIXES = ("width", "height")
LEGACY = [f"{PREFIX}_{suffix}" for suffix in SUFFIXES] + ["depth"]
LIMIT = len(LEGACY)
FIRST, *REST = LEGACY


def upgrade():
    for index, column in enumerate(LEGACY):
        if index < LIMIT:
            op.drop_column(PREFIX, column)
    for old, new in zip(LEGACY, map(str.upper, LEGACY)):
        op.add_column(PREFIX, sa.Column(new.lower() + "_mm", sa.Integer))


def downgrade():
    for column in sorted(set(LEGACY), reverse=True):
        op.drop_column(PREFIX, column + "_mm")
        op.add_column(PREFIX, sa.Column(column, sa.Integer))
