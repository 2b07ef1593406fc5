"""Another expression for a stored column (from PostgreSQL 17 on)."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos ALTER folded SET EXPRESSION AS (upper(title))")  # found: generated-column-rewrites


def downgrade():
    op.execute("ALTER TABLE videos ALTER folded SET EXPRESSION AS (lower(title))")  # found: generated-column-rewrites
