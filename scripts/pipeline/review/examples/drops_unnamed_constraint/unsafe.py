"""E-mail addresses are unique."""

from alembic import op

revision = "1a2b3c4d5e01"
down_revision = None


def upgrade():
    op.create_unique_constraint(None, "users", ["email"])  # found: unnamed-constraint, unique-constraint-blocks


def downgrade():
    op.drop_constraint(None, "users", type_="unique")  # found: drops-unnamed-constraint
