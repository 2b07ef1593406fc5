"""Entries by year."""

from alembic import op

revision = "0004"
down_revision = "0003"

YEARS = range(2020, 2023)


def upgrade():
    op.execute("ALTER TABLE entry RENAME TO entry_old")
    op.execute("""
        CREATE TABLE entry (LIKE entry_old INCLUDING DEFAULTS, PRIMARY KEY (id, booked_on))
        PARTITION BY RANGE (booked_on)
    """)
    for year in YEARS:
        op.execute(f"""
            CREATE TABLE entry_{year} PARTITION OF entry
            FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01')
        """)
    op.execute("CREATE TABLE entry_rest PARTITION OF entry DEFAULT")
    op.execute("INSERT INTO entry SELECT * FROM entry_old")
    op.execute("DROP TABLE entry_old")


def downgrade():
    op.execute("CREATE TABLE entry_old AS TABLE entry; DROP TABLE entry; ALTER TABLE entry_old RENAME TO entry")
