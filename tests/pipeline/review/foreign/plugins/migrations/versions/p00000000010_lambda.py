"""Upgrade is a lambda."""
from alembic import op

revision, down_revision = "p00000000010", "p00000000009"

upgrade = lambda: op.drop_table("telegraph")
downgrade = lambda: [op.execute("CREATE TABLE telegraph (id int)"), op.execute("CREATE INDEX t_id ON telegraph (id)")]
