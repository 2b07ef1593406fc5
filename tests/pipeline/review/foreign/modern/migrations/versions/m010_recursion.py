"""Recursion, and a loop that only ends on a real database."""

from alembic import op

revision = "m010"
down_revision = "m009"


def halve(n):
    if n <= 1:
        return
    op.execute(f"ANALYZE part_{n}")
    halve(n // 2)


def forever(depth=0):
    op.execute("SELECT 1")
    return forever(depth + 1) if op.get_bind() else None


def upgrade():
    halve(16)
    forever()
    while True:
        op.execute("DELETE FROM parcel WHERE id IN (SELECT id FROM parcel WHERE state = 'gone' LIMIT 1000)")
        if not op.get_bind().execute("SELECT 1 FROM parcel WHERE state = 'gone'").first():
            break
    for year in range(10**9):
        if year > 3:
            break
        op.execute(f"ANALYZE year_{year}")


def downgrade():
    pass
