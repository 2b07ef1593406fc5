"""Ids that are computed."""
from alembic import op

_N = 14
revision = f"t{_N:011d}"
down_revision = "t%011d" % (_N - 1)


def upgrade():
    op.execute("ALTER TABLE archive.invoice ADD COLUMN note text")


def downgrade():
    op.execute("ALTER TABLE archive.invoice DROP COLUMN note")
