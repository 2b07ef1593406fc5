# -*- coding: latin-1 -*-
"""Bücher: ein Zettel für jeden Leser

Revision ID: 1c93c5b3a019
Revises: 1c93c5b3a018
"""
revision = '1c93c5b3a019'
down_revision = '1c93c5b3a018'

from alembic import op


def upgrade():
    op.execute(u"UPDATE reader SET anrede = 'Müßig' WHERE anrede = ''")
    op.drop_table(u'zettel')


def downgrade():
    op.execute(u"CREATE TABLE zettel (größe int)")
