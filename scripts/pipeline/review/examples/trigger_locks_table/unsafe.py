"""A trigger."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CREATE TRIGGER t BEFORE INSERT ON videos FOR EACH ROW EXECUTE FUNCTION f()")  # found: trigger-locks-table


def downgrade():
    op.execute("DROP TRIGGER t ON videos")  # found: trigger-locks-table
