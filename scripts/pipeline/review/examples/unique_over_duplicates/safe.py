"""Give every video a slug, empty for now"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541f7"
down_revision = "400000000000"


def upgrade():
    op.add_column("videos", sa.Column("slug", sa.Text(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index("ix_videos_slug", "videos", ["slug"], unique=True, postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_videos_slug", table_name="videos", postgresql_concurrently=True)
    op.drop_column("videos", "slug")
