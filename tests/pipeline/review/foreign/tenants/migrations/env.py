import re

from alembic import context
from sqlalchemy import create_engine

config = context.config
for name in re.split(r",\s*", config.get_main_option("databases")):
    engine = create_engine(context.config.get_section_option(name, "sqlalchemy.url"))
    with engine.connect() as connection:
        context.configure(connection=connection, upgrade_token="%s_upgrades" % name, downgrade_token="%s_downgrades" % name)
        context.run_migrations(engine_name=name)
