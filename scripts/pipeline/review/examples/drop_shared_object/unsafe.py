"""Drop what nobody should be using"""

from alembic import op

revision = "555555554201"
down_revision = "400000000000"


def upgrade():
    op.execute("DROP VIEW recent_videos")  # found: drop-shared-object
    op.execute("DROP FUNCTION slug(text)")  # found: drop-shared-object
    op.execute("DROP SEQUENCE video_numbers")  # found: drop-shared-object
    op.execute("DROP EXTENSION pg_trgm")  # found: drop-shared-object


def downgrade():
    op.execute("CREATE EXTENSION pg_trgm")
    op.execute("CREATE SEQUENCE video_numbers")
    op.execute("CREATE FUNCTION slug(text) RETURNS text LANGUAGE sql AS 'SELECT lower($1)'")
    op.execute("CREATE VIEW recent_videos AS SELECT id FROM videos")
