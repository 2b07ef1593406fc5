"""Archive what is old"""

from alembic import op

revision = "5555555541f3"
down_revision = "400000000000"
irreversible = "posts have the new label"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE state ADD VALUE IF NOT EXISTS 'archived'")
    op.execute("UPDATE posts SET state = 'archived' WHERE sent_at < '2020-01-01'")  # found: add-enum-label


def downgrade():
    pass
