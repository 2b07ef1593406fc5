"""legacy viz type, by a processor that somebody else wrote

Revision ID: 1412ec1e5aaa
Revises: 134cea61c5aa
"""
from alembic import op

from charts import db
from charts.migrations.shared.migrate_viz import MigrateViz

revision = "1412ec1e5aaa"
down_revision = "134cea61c5aa"


def upgrade():
    MigrateViz.upgrade(db.session(bind=op.get_bind()))


def downgrade():
    MigrateViz.downgrade(db.session(bind=op.get_bind()))
