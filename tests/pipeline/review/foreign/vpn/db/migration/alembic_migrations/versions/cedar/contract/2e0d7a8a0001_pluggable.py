"""move addresses to the pluggable store, and drop where they were

Revision ID: 2e0d7a8a0001
Revises: b67e765a0001
"""
import itertools

import netaddr
from alembic import op
import sqlalchemy as sa

revision = '2e0d7a8a0001'
down_revision = 'b67e765a0001'

TABLE_NAME = 'ipallocations'


def _get_allocated(session):
    columns = [sa.column(name, sa.String) for name in ('address', 'subnet_id')]
    rows = session.execute(sa.select(*columns).select_from(sa.table(TABLE_NAME, *columns)))
    return [dict(zip(('address', 'subnet_id'), row)) for row in rows if netaddr.valid_ipv4(row[0])]


def upgrade():
    session = sa.orm.Session(bind=op.get_bind())
    allocated = _get_allocated(session)
    target = sa.table('ipamallocations', sa.column('address'), sa.column('subnet_id'))
    while allocated:
        chunk, allocated = list(itertools.islice(allocated, 1000)), allocated[1000:]
        op.bulk_insert(target, chunk)
    op.drop_index('ix_ipallocations_subnet', TABLE_NAME)
    op.drop_constraint('ipallocations_ibfk_1', TABLE_NAME, 'foreignkey')
    op.drop_table(TABLE_NAME)
