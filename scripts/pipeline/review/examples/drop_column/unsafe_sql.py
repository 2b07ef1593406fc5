"""Drop the old title"""

from alembic import op

revision = "5555555541d2"
down_revision = "400000000000"


def upgrade():
    op.execute(  # found: drop-column
        "ALTER TABLE public.videos ADD COLUMN seen int, DROP COLUMN IF EXISTS old_title CASCADE",
    )


def downgrade():
    op.execute("ALTER TABLE videos ADD COLUMN old_title text, DROP COLUMN seen")
