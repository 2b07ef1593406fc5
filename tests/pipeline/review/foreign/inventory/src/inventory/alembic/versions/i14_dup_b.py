"""Made on another branch on the same Monday, with the same id."""
from alembic import op
import sqlalchemy as sa

revision = "i14"
down_revision = "i13"


def upgrade():
    op.add_column("stay", sa.Column("since", sa.Date()))


def downgrade():
    op.drop_column("stay", "since")
