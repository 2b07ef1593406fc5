"""Drop a type and a key"""

from alembic import op

revision = "5555555541d7"
down_revision = "400000000000"
irreversible = "what depended on the type and on the key is not known here"


def upgrade():
    op.execute("DROP TYPE mood CASCADE")  # found: drop-cascade
    op.execute("ALTER TABLE videos DROP CONSTRAINT uq_videos_youtube_id CASCADE")  # found: drop-cascade
    op.execute("DROP VIEW recent_videos CASCADE")  # found: drop-cascade


def downgrade():
    pass
