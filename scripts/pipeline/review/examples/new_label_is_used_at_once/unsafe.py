"""Orders can be lost."""

from alembic import op

revision = "1a2b3c4d5e60"
down_revision = None


irreversible = "PostgreSQL cannot drop a label of an enum"


def upgrade():
    op.execute("ALTER TYPE orderstate ADD VALUE 'lost'")
    op.execute("UPDATE orders SET state = 'lost' WHERE id = 1")  # found: new-label-is-used-at-once


def downgrade():
    pass
