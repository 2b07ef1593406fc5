"""An Operations of one's own."""
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations

revision = "p00000000014"
down_revision = "p00000000013"


def upgrade():
    bind = op.get_bind()
    ops = Operations(MigrationContext.configure(bind))
    ops.drop_table("quill")
    with op.batch_alter_table("customer") as batch:
        batch.execute("SELECT 1")


def downgrade():
    op.execute("CREATE TABLE quill (id int)")
