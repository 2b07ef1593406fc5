"""merge

Revision ID: 0a1b2c3d4e10
Revises: 0a1b2c3d4e08, 0a1b2c3d4e09

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0a1b2c3d4e10'
down_revision = ('0a1b2c3d4e08', '0a1b2c3d4e09')
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
