"""Star imports

Revision ID: 1c93c5b3a014
Revises: 1c93c5b3a013
"""
from alembic.op import *
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import *

revision = '1c93c5b3a014'
down_revision = '1c93c5b3a013'


def upgrade():
    add_column('reader', Column('tags', ARRAY(Text)))
    drop_column('reader', 'nick')


def downgrade():
    add_column('reader', Column('nick', String))
    drop_column('reader', 'tags')
