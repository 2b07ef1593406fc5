"""Every way to write a string."""

from alembic import op

revision = "m013"
down_revision = "m012"

T = "parcel"
W = dict(table=T, column="w1")


def upgrade():
    op.execute("ALTER TABLE " f"{T} " 'DROP COLUMN ' "w0")
    op.execute("ALTER TABLE {table} DROP COLUMN {column}".format(**W))
    op.execute("ALTER TABLE {0} DROP COLUMN {1!s}".format(T, "w2"))
    op.execute("ALTER TABLE {t.real} ADD w3 int".format(t=3) if False else f"ALTER TABLE {T!s:>6} DROP COLUMN {'w3':<2}")
    op.execute(" ".join(["ALTER TABLE", T, "DROP COLUMN", "w4"]))
    op.execute("ALTER TABLE parcel DROP COLUMN W5".lower().replace("w5", "w_five").strip())
    op.execute(f"""ALTER TABLE {T} {', '.join(f'DROP COLUMN w{n:02d}' for n in range(6, 9))}""")
    op.execute(b"ALTER TABLE parcel DROP COLUMN w9".decode())
    op.execute("ALTER TABLE parcel\
        DROP COLUMN w10")
    sql = "ALTER TABLE parcel "
    sql += "DROP COLUMN w11"
    op.execute(sql)


def downgrade():
    op.execute(f"ALTER TABLE {T} ADD COLUMN w0 int")
