"""An operation registered in the revision itself."""
from alembic import op
from alembic.operations import MigrateOperation, Operations

revision = "p00000000003"
down_revision = "p00000000002"


@Operations.register_operation("grant")
class GrantOp(MigrateOperation):
    """GRANT something ON something TO somebody."""

    def __init__(self, what, table, role):
        self.what, self.table, self.role = what, table, role

    @classmethod
    def grant(cls, operations, what, table, role):
        return operations.invoke(cls(what, table, role))

    def reverse(self):
        raise NotImplementedError()


@Operations.implementation_for(GrantOp)
def grant(operations, operation):
    operations.execute("GRANT %s ON %s TO %s" % (operation.what, operation.table, operation.role))


def upgrade():
    op.grant("SELECT", "customer", role="reader")


def downgrade():
    op.execute("REVOKE SELECT ON customer FROM reader")
