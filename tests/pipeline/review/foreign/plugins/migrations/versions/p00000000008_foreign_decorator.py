"""A decorator from elsewhere: runs on PostgreSQL only."""
from alembic import op

from plugins.decorators import only_on, retry

revision = "p00000000008"
down_revision = "p00000000007"


@only_on("postgresql")
@retry(times=3)
def upgrade():
    op.drop_column("customer", "telex")


def downgrade():
    op.execute("ALTER TABLE customer ADD COLUMN telex text")
