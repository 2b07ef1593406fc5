"""Drop the duration"""

from alembic import op

revision = "5555555541e4"
down_revision = "400000000000"


def upgrade():
    op.drop_column("videos", "duration")  # found: drop-column


def downgrade():
    op.execute(  # found: add-not-null-without-default
        "ALTER TABLE videos ADD COLUMN duration integer NOT NULL DEFAULT NULL",
    )
