"""Replace a view, and add a function"""

from alembic import op

revision = "555555554202"
down_revision = "400000000000"


def upgrade():
    op.execute("DROP VIEW recent_videos")
    op.execute("CREATE VIEW recent_videos AS SELECT id FROM videos")
    op.execute("CREATE FUNCTION slug(text) RETURNS text LANGUAGE sql AS 'SELECT lower($1)'")
    op.execute("DROP TYPE mood")


def downgrade():
    op.execute("DROP FUNCTION slug(text)")
