"""Nobody writes faxes."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e67"
down_revision = None


def upgrade():
    op.drop_table("faxes")  # found: drop-table


def downgrade():
    op.create_table(  # found: sequence-is-not-created
        "faxes",
        sa.Column("id", sa.INTEGER(), server_default=sa.text("nextval('faxes_id_seq'::regclass)"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="faxes_pkey"),
    )
