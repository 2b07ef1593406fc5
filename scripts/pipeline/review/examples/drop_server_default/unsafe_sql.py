"""Python sets these"""

from alembic import op

revision = "5555555541ef"
down_revision = "400000000000"


def upgrade():
    op.execute("ALTER TABLE videos ALTER created_at DROP DEFAULT")  # found: drop-server-default
    op.execute("ALTER TABLE videos ALTER COLUMN number DROP IDENTITY IF EXISTS")  # found: drop-server-default


def downgrade():
    pass
