"""No two videos have one address."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.create_unique_constraint("uq_videos_slug", "videos", ["slug"])  # found: unique-constraint-blocks


def downgrade():
    op.drop_constraint("uq_videos_slug", "videos", type_="unique")
