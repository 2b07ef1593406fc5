"""An entity that the application defines."""
from alembic import op

from plugins.models import search_view

revision = "p00000000006"
down_revision = "p00000000005"


def upgrade():
    op.create_entity(search_view)
    op.execute("create index search_idx on search using gin (text)")


def downgrade():
    op.execute("drop index search_idx")
    op.drop_entity(search_view)
