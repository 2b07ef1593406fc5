"""Years are numbers."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e50"
down_revision = None


def upgrade():
    op.alter_column("films", "year", existing_type=sa.VARCHAR(length=4), type_=sa.Integer(), existing_nullable=True)  # found: using-is-missing
    with op.batch_alter_table("films") as batch_op:
        batch_op.alter_column("seen", existing_type=sa.BOOLEAN(), type_=sa.Integer())  # found: using-is-missing
        batch_op.alter_column("tags", existing_type=sa.ARRAY(sa.Text()), type_=sa.ARRAY(sa.Integer()))  # found: using-is-missing


def downgrade():
    with op.batch_alter_table("films") as batch_op:
        batch_op.alter_column("tags", existing_type=sa.ARRAY(sa.Integer()), type_=sa.ARRAY(sa.Text()))
        batch_op.alter_column(  # found: using-is-missing
            "seen",
            existing_type=sa.Integer(),
            type_=sa.BOOLEAN(),
        )
    op.alter_column("films", "year", existing_type=sa.Integer(), type_=sa.VARCHAR(length=4), existing_nullable=True)
