"""Archive what is old"""

from alembic import op

revision = "5555555541f1"
down_revision = "400000000000"
irreversible = "posts have the new label"


def upgrade():
    op.execute("ALTER TYPE state ADD VALUE IF NOT EXISTS 'archived'")
    op.alter_column("posts", "state", server_default="archived")  # found: enum-label-used-too-early
    op.execute(  # found: enum-label-used-too-early, update-under-lock
        "UPDATE posts SET state = 'archived' WHERE sent_at < '2020-01-01'",
    )


def downgrade():
    pass
