"""Let the old title be empty, so that the next release may leave it out, and be dropped after that"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541d3"
down_revision = "400000000000"


def upgrade():
    op.alter_column("videos", "old_title", existing_type=sa.Text(), nullable=True)


def downgrade():
    op.execute("UPDATE videos SET old_title = '' WHERE old_title IS NULL")
    op.execute("ALTER TABLE videos ADD CONSTRAINT old_title_given CHECK (old_title IS NOT NULL) NOT VALID")
