"""Make an enum"""

from alembic import op

revision = "5555555541f5"
down_revision = "400000000000"


def upgrade():
    op.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")


def downgrade():
    op.execute("DROP TYPE mood")
