"""A file named as the very first Alembic named them: without a slug

Create Date: 2012-01-10 10:00:00
"""

down_revision = '1c93c5b3a016'

from alembic.op import *


def upgrade():
    pass


def downgrade():
    pass
