"""Start afresh"""

from alembic import op

revision = "5555555541df"
down_revision = "400000000000"
irreversible = "the rows are gone"


def upgrade():
    op.execute("DELETE FROM drafts")  # found: delete-all-rows
    op.execute("TRUNCATE TABLE ONLY leases, posts RESTART IDENTITY CASCADE")  # found: delete-all-rows


def downgrade():
    pass
