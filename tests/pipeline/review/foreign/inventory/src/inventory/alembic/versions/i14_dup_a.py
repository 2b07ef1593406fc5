"""Made on one branch on a Monday."""
from alembic import op
import sqlalchemy as sa

revision = "i14"
down_revision = "i13"


def upgrade():
    op.add_column("stay", sa.Column("until", sa.Date()))


def downgrade():
    op.drop_column("stay", "until")
