"""Straight to the driver."""

from alembic import op

revision = "0009"
down_revision = "0008"

SQL = "ALTER TABLE entry DROP COLUMN memo; SELECT 'it''s; fine'"


def upgrade():
    cursor = op.get_bind().connection.cursor()
    try:
        cursor.execute(SQL)
        cursor.executemany("INSERT INTO currency (code) VALUES (%s)", [("EUR",), ("USD",)])
        cursor.copy_expert("COPY rate FROM STDIN", open("/dev/null"))
    finally:
        cursor.close()


def downgrade():
    with op.get_bind().connection.cursor() as cur:
        cur.execute("ALTER TABLE entry ADD COLUMN memo text")
