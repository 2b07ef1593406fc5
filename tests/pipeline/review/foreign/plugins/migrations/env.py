from alembic import context
from alembic_utils.replaceable_entity import register_entities

import migrations.operations  # registers op.create_view
from plugins.entities import ALL

register_entities(ALL)
context.configure(url="postgresql://localhost/plugins")
context.run_migrations()
