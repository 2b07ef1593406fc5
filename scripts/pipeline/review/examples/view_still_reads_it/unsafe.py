"""The view is one of this revision; earlier ones count as well."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CREATE VIEW recent AS SELECT v.id, v.title FROM videos AS v")
    op.drop_column("videos", "title")  # found: view-still-reads-it, drop-column


def downgrade():
    op.execute("ALTER TABLE videos ADD COLUMN title text")
    op.execute("DROP VIEW recent")
