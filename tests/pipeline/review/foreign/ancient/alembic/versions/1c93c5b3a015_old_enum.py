"""A boolean with a name, an enum without one, and lists handed to select

Revision ID: 1c93c5b3a015
Revises: 1c93c5b3a014
"""
revision = '1c93c5b3a015'
down_revision = '1c93c5b3a014'

from alembic import op
import sqlalchemy as sa
from sqlalchemy.sql import select, table, column, and_, func


def upgrade():
    reader = table('reader', column('id', sa.Integer), column('kind', sa.String))
    bind = op.get_bind()
    for row in bind.execute(select([reader.c.id]).where(and_(reader.c.kind == None))):
        bind.execute(reader.update().where(reader.c.id == row[0]).values({'kind': op.inline_literal('adult')}))
    op.add_column('reader', sa.Column('active', sa.Boolean(name='ck_reader_active')))
    op.execute(reader.update().values({'kind': func.lower(reader.c.kind)}))
    op.alter_column('reader', 'id', type_=sa.BigInteger)


def downgrade():
    op.alter_column('reader', 'id', type_=sa.Integer)
    op.drop_column('reader', 'active')
