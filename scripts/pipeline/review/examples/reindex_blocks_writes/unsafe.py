"""Build the indexes of a table again."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("REINDEX TABLE videos")  # found: reindex-blocks-writes


def downgrade():
    pass
