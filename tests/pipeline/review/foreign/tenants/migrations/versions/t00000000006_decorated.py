"""The loop is a decorator's."""
from alembic import op
import sqlalchemy as sa

from tenants.alembic import for_each_tenant_schema

revision = "t00000000006"
down_revision = "t00000000005"


@for_each_tenant_schema
def upgrade(schema: str) -> None:
    preparer = sa.sql.compiler.IdentifierPreparer(op.get_bind().dialect)
    schema_quoted = preparer.format_schema_name(schema)
    op.execute(f"""
        UPDATE {schema_quoted}.invoice SET paid = true WHERE due < now();
    """)


@for_each_tenant_schema
def downgrade(schema: str) -> None:
    op.drop_column("invoice", "due", schema=schema)
