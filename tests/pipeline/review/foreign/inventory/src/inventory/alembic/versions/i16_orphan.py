"""Follows something that is not there."""
from alembic import op

revision = "i16"
down_revision = "i15"


def upgrade():
    op.execute("SELECT 1")


def downgrade():
    op.execute("SELECT 1")
