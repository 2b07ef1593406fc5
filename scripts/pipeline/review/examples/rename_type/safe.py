"""Nothing is renamed for anybody outside this transaction"""

from alembic import op

revision = "5555555541ed"
down_revision = "400000000000"


def upgrade():
    op.execute("CREATE TYPE mood_of_today AS ENUM ('sad', 'happy')")
    op.execute("ALTER TYPE mood_of_today RENAME TO mood")
    op.execute("ALTER TYPE state RENAME TO state_before")
    op.execute("CREATE TYPE state AS ENUM ('new', 'sent', 'failed')")


def downgrade():
    op.execute("DROP TYPE state")
    op.execute("ALTER TYPE state_before RENAME TO state")
    op.execute("DROP TYPE mood")
