"""What takes long comes first."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE posts VALIDATE CONSTRAINT fk_posts_video")
    op.add_column("videos", sa.Column("note", sa.Text()))


def downgrade():
    op.drop_column("videos", "note")
