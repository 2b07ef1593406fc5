"""A class of steps."""
from alembic import op
import sqlalchemy as sa

revision = "p00000000012"
down_revision = "p00000000011"


class Steps:
    table = "customer"

    def __init__(self, operations):
        self.op = operations

    def up(self):
        self.op.add_column(self.table, sa.Column("mobile", sa.String(30)))
        self.op.drop_column(self.table, "landline")

    def down(self):
        self.op.drop_column(self.table, "mobile")

    @staticmethod
    def note():
        op.execute("COMMENT ON TABLE customer IS 'who buys'")


def upgrade():
    steps = Steps(op)
    steps.up()
    Steps.note()


def downgrade():
    Steps(op).down()
