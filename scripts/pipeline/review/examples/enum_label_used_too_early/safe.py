"""Add a label, and a type whose labels can be used at once"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541f2"
down_revision = "400000000000"


def upgrade():
    op.execute("ALTER TYPE state ADD VALUE IF NOT EXISTS 'archived'")
    op.execute("CREATE TYPE mood AS ENUM ('sad')")
    op.execute("ALTER TYPE mood ADD VALUE 'happy'")
    op.create_table("moods", sa.Column("video_id", sa.Integer()))
    op.execute("INSERT INTO moods SELECT id FROM videos WHERE title = 'happy'")


def downgrade():
    op.drop_table("moods")
    op.execute("DROP TYPE mood")
