"""Tables out of a dict."""
import sqlalchemy as sa
from alembic import op

revision = "i01"
down_revision = None
branch_labels = None
depends_on = None

TABLES = {
    "shelf": [("id", sa.Integer, True), ("row", sa.Integer, False), ("label", sa.Text, False)],
    "box": [("id", sa.Integer, True), ("shelf_id", sa.Integer, False)],
}


def upgrade():
    for table, columns in TABLES.items():
        op.create_table(table, *[sa.Column(name, type_, primary_key=key) for name, type_, key in columns])
    op.create_index("ix_box_shelf_id", "box", ["shelf_id"])


def downgrade():
    for table in reversed(list(TABLES)):
        op.drop_table(table)
