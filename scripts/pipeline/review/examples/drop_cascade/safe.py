"""Replace the view that depends on the key, by name"""

from alembic import op

revision = "5555555541d9"
down_revision = "400000000000"


def upgrade():
    op.execute("DROP VIEW recent_videos")
    op.execute("ALTER TABLE videos DROP CONSTRAINT ck_videos_length")
    op.execute("CREATE VIEW recent_videos AS SELECT id FROM videos")


def downgrade():
    op.execute("DROP VIEW recent_videos")
    op.execute("ALTER TABLE videos ADD CONSTRAINT ck_videos_length CHECK (seconds >= 0) NOT VALID")
    op.execute("CREATE VIEW recent_videos AS SELECT id, seconds FROM videos")
