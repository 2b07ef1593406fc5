"""Keys grow, and so do their references."""
import sqlalchemy as sa
from alembic import op

revision = "i09"
down_revision = "i08"

KEYS = {"shelf": ["id"], "box": ["id", "shelf_id"]}


def _alter(new, old):
    for table in KEYS:
        for column in KEYS[table]:
            op.alter_column(table, column, existing_type=old(), type_=new(), existing_nullable=column != "id")


def upgrade():
    _alter(sa.BigInteger, sa.Integer)


def downgrade():
    _alter(old=sa.BigInteger, new=sa.Integer)
