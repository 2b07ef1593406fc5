"""Identity, computed, comments, and a covering index, on a new table."""

import sqlalchemy as sa
from alembic import op

revision: str = "m001"
down_revision: str | None = None
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "parcel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True, start=1000, cycle=False), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False, comment="mm"),
        sa.Column("height", sa.Integer(), nullable=False, comment="mm"),
        sa.Column("area", sa.BigInteger(), sa.Computed("width * height", persisted=True), nullable=True),
        sa.Column("state", sa.Text(), server_default="new", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        comment="What is sent",
        schema=None,
    )
    op.create_index("ix_parcel_state", "parcel", ["state"], postgresql_include=["width"], postgresql_where=sa.text("state <> 'done'"))


def downgrade() -> None:
    op.drop_index("ix_parcel_state", table_name="parcel")
    op.drop_table("parcel")
