"""Code that is text."""
from alembic import op  # noqa: F401

revision = "p00000000016"
down_revision = "p00000000015"

CODE = """
op.drop_table("pigeon")
"""


def upgrade():
    exec(CODE)
    eval("op.execute('DROP TABLE dove')")


def downgrade():
    exec(compile("op.execute('CREATE TABLE pigeon (id int)')", "<revision>", "exec"))
