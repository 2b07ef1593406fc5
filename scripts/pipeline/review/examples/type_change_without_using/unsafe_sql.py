"""Make numbers of texts"""

from alembic import op

revision = "5555555541f9"
down_revision = "400000000000"


def upgrade():
    op.execute("ALTER TABLE videos ALTER views TYPE bigint")  # found: type-change-without-using, alter-type-rewrites


def downgrade():
    op.execute("ALTER TABLE videos ALTER views TYPE text")  # found: alter-type-rewrites
