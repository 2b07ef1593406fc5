"""Drop a schema and what a role owns"""

from alembic import op

revision = "5555555541d5"
down_revision = "400000000000"
irreversible = "what was dropped is in the last dump"


def upgrade():
    op.execute("DROP SCHEMA IF EXISTS archive CASCADE")  # found: drop-table
    op.execute("DROP TABLE drafts, archive.drafts CASCADE")  # found: drop-table
    op.execute("DROP OWNED BY importer")  # found: drop-table


def downgrade():
    pass
