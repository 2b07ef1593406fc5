"""Start afresh"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541e0"
down_revision = "400000000000"
irreversible = "the rows are gone"


def upgrade():
    connection = op.get_bind()
    connection.execute(sa.text("DELETE FROM drafts WHERE true"))  # found: delete-all-rows
    connection.execute(sa.delete(sa.table("leases")))  # found: delete-all-rows


def downgrade():
    pass
