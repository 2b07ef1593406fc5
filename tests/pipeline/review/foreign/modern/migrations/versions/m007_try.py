"""Try, except, else, finally, savepoints."""

import logging

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import ProgrammingError

revision = "m007"
down_revision = "m006"


def upgrade():
    bind = op.get_bind()
    try:
        with bind.begin_nested():
            op.drop_constraint("ck_parcel_width", "parcel", type_="check")
    except (ProgrammingError, KeyError) as error:
        logging.info("%s", error)
        op.execute("ALTER TABLE parcel DROP COLUMN IF EXISTS width_checked")
    else:
        op.create_check_constraint("ck_parcel_width", "parcel", sa.text("width > 0"), postgresql_not_valid=True)
    finally:
        op.drop_column("parcel", "checked")


def downgrade():
    op.execute("ALTER TABLE parcel ADD COLUMN checked boolean")
