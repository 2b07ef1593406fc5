"""Codes are unique."""

from alembic import op

revision = "1a2b3c4d5e04"
down_revision = None


TABLES = ["vouchers", "coupons"]


def upgrade():
    for table in TABLES:
        op.create_unique_constraint(None, table, ["code"])  # found: unnamed-constraint, unique-constraint-blocks


def downgrade():
    for table in TABLES:
        op.drop_constraint(f"{table}_code_key", table, type_="unique")
