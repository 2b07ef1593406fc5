from alembic import context

from inventory import db, types

context.configure(url=str(db.engine.url), user_module_prefix="types.", include_schemas=True)
context.run_migrations()
