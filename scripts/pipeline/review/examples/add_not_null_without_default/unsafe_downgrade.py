"""Drop the duration"""

from alembic import op

revision = "5555555541e4"
down_revision = "400000000000"


def upgrade():
    op.execute("SELECT 1")


def downgrade():
    op.execute(  # found: add-not-null-without-default
        "ALTER TABLE videos ADD COLUMN duration integer NOT NULL DEFAULT NULL",
    )
