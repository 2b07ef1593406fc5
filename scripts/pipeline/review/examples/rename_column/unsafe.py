"""Call the title what it is"""

from alembic import op

revision = "5555555541e6"
down_revision = "400000000000"


def upgrade():
    op.alter_column("videos", "title", new_column_name="headline")  # found: rename-column


def downgrade():
    op.alter_column("videos", "headline", new_column_name="title")
