"""The same by eval, as templates of 2012 did."""
from alembic import op
import sqlalchemy as sa

revision = "t00000000002"
down_revision = "t00000000001"


def upgrade(engine_name):
    eval("upgrade_%s" % engine_name)()


def downgrade(engine_name):
    eval("downgrade_%s" % engine_name)()


def upgrade_registry():
    op.add_column('tenant', sa.Column('lock', sa.Integer(), nullable=False, server_default='0'))


def downgrade_registry():
    op.drop_column('tenant', 'lock')


def upgrade_cloud():
    pass


def downgrade_cloud():
    pass
