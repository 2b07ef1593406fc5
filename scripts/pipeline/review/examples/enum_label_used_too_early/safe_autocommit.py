"""Orders can be lost."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e61"
down_revision = None


irreversible = "PostgreSQL cannot drop a label of an enum"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE orderstate ADD VALUE IF NOT EXISTS 'lost'")
    op.alter_column("orders", "state", server_default=sa.text("'lost'"))


def downgrade():
    pass
