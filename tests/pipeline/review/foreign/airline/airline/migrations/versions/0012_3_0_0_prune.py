"""Remove what subflights left."""
from alembic import context, op
import sqlalchemy as sa

revision = "d0f1c55954fa"
down_revision = "d59cbbef9999"
airline_version = "3.0.0"


def _drop_fks(table: str, *names: str) -> None:
    for name in names:
        op.drop_constraint(name, table, type_="foreignkey")


def upgrade():
    if not context.is_offline_mode():
        if sa.inspect(op.get_bind()).has_table("subflight_run"):
            _drop_fks("subflight_run", "subflight_run_leg_fkey", "subflight_run_flight_fkey")
    op.drop_table("subflight")


def downgrade():
    op.create_table(
        "subflight",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("flight_id", sa.String(250)),
    )
