"""A trigger of a table that nobody uses yet."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CREATE TABLE tags (name text)")
    op.execute("CREATE TRIGGER t BEFORE INSERT ON tags FOR EACH ROW EXECUTE FUNCTION f()")


def downgrade():
    op.drop_table("tags")
