"""Add a label for the release after the next"""

from alembic import op

revision = "5555555541f4"
down_revision = "400000000000"
irreversible = "PostgreSQL cannot drop a label of an enum"


def upgrade():
    op.execute("ALTER TYPE state ADD VALUE 'archived' AFTER 'sent'")  # found: add-enum-label


def downgrade():
    pass
