"""Nobody asks for the fax number any more."""

from alembic import op

revision = "1a2b3c4d5e15"
down_revision = None


def upgrade():
    op.execute("DROP VIEW people_with_fax")


def downgrade():
    op.execute("CREATE VIEW people_with_fax AS SELECT * FROM people WHERE fax IS NOT NULL")
