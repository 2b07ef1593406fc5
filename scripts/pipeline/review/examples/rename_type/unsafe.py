"""Rename an enum and a label"""

from alembic import op

revision = "5555555541ec"
down_revision = "400000000000"


def upgrade():
    op.execute("ALTER TYPE state RENAME TO post_state")  # found: rename-type
    op.execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy'")  # found: rename-type


def downgrade():
    op.execute("ALTER TYPE mood RENAME VALUE 'unhappy' TO 'sad'")
    op.execute("ALTER TYPE post_state RENAME TO state")
