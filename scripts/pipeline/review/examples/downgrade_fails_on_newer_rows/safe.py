"""A title may be missing"""

import sqlalchemy as sa
from alembic import op

revision = "555555554204"
down_revision = "400000000000"


def upgrade():
    op.alter_column("videos", "title", existing_type=sa.Text(), nullable=True)


def downgrade():
    op.execute("UPDATE videos SET title = '' WHERE title IS NULL")
    op.execute("ALTER TABLE videos ADD CONSTRAINT title_given CHECK (title IS NOT NULL) NOT VALID")
