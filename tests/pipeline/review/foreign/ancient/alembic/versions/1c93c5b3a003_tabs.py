"""Tabs

Revision ID: 1c93c5b3a003
Revises: 1c93c5b3a002
"""
revision = '1c93c5b3a003'
down_revision = '1c93c5b3a002'

from alembic import op
from sqlalchemy import Column, Integer, String


def upgrade():
	for table in ['book',
	              'shelf',
	              ]:
		op.add_column(table, Column('note', String(30)))
	op.drop_column('book', 'isbn')


def downgrade():
	op.add_column('book', Column('isbn', Integer))
	for table in ['book', 'shelf']:
		op.drop_column(table, 'note')
