"""Trim the titles that need it, in an order that commits"""

from alembic import op

revision = "5555555541fe"
down_revision = "400000000000"


def upgrade():
    op.execute("UPDATE videos SET title = trim(title) WHERE title LIKE ' %'")


def downgrade():
    pass
