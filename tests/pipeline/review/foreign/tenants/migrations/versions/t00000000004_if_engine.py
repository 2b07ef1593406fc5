"""The same by ifs."""
from alembic import op

revision = "t00000000004"
down_revision = "t00000000003"


def upgrade(engine_name=None):
    if engine_name == "registry":
        op.execute("CREATE INDEX ix_tenant_name ON tenant (name)")
    elif engine_name == "cloud":
        op.execute("ALTER TABLE machine ADD COLUMN region text")


def downgrade(engine_name=None):
    if engine_name == "registry":
        op.execute("DROP INDEX ix_tenant_name")
    elif engine_name == "cloud":
        op.execute("ALTER TABLE machine DROP COLUMN region")
