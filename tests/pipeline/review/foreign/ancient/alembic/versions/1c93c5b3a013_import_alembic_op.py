"""op by every name it can have

Revision ID: 1c93c5b3a013
Revises: 1c93c5b3a012
"""
import alembic
import alembic.op
from alembic import op as alembic_op
import alembic.op as o

revision = '1c93c5b3a013'
down_revision = '1c93c5b3a012'


def upgrade():
    alembic.op.execute("CREATE TABLE reader (id serial primary key)")
    alembic_op.drop_table('visitor')
    o.execute("DROP TABLE IF EXISTS guest")


def downgrade():
    from alembic.op import execute, drop_table as drop
    execute("CREATE TABLE visitor (id serial primary key)")
    drop('reader')
