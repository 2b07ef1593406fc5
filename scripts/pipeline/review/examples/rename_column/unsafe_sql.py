"""Call the title what it is"""

from alembic import op

revision = "5555555541e7"
down_revision = "400000000000"


def upgrade():
    op.execute("ALTER TABLE videos RENAME title TO headline")  # found: rename-column


def downgrade():
    op.execute("ALTER TABLE videos RENAME title TO headline")  # found: rename-column, downgrade-takes-more
