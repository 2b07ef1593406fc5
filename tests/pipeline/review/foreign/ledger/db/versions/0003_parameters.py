"""Parameters, colons and percent signs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import bindparam, text

revision = "0003"
down_revision = "0002"


def upgrade():
    conn = op.get_bind()
    conn.execute(text("UPDATE entry SET amount = amount * :factor WHERE booked_on < :day"), {"factor": 100, "day": "2020-01-01"})
    op.execute(text("UPDATE account SET currency = :to WHERE currency = :was").bindparams(bindparam("to", "EUR"), was="DEM"))
    op.execute("UPDATE entry SET memo = 'https\\://bank.example' WHERE memo IS NULL")
    op.execute("INSERT INTO rate (pair, share) VALUES ('a%%b', 10 %% 3)")
    conn.exec_driver_sql("UPDATE account SET note = %s WHERE id = %s", ("x", 1))
    conn.execute(sa.text("SELECT id::text, '12:30'::time, arr[1:2] FROM entry"))
    op.execute("UPDATE entry SET tags = tags - ':draft' WHERE tags ? ':draft' AND tags @> '{\"a\": 1}'::jsonb", execution_options={"no_parameters": True})


def downgrade():
    op.execute("UPDATE entry SET amount = amount / 100 WHERE booked_on < '2020-01-01'")
