"""uniq_routerports0port_id

Revision ID: 030a959c0001
Revises: c415aab1c001

"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.engine import reflection

revision = '030a959c0001'
down_revision = 'c415aab1c001'

ROUTER_PORTS = 'routerports'
router_ports = sa.Table(ROUTER_PORTS, sa.MetaData(), sa.Column('router_id', sa.String(36)),
                        sa.Column('port_id', sa.String(36)))


class DuplicatePortRecordinRouterPortdatabase(Exception):
    message = "Duplicate port(s) %(port_id)s in routerports. Remove all but one."


def upgrade():
    inspector = reflection.Inspector.from_engine(op.get_bind())
    if 'uniq_routerports0port_id' not in {c['name'] for c in inspector.get_unique_constraints(ROUTER_PORTS)}:
        op.create_unique_constraint('uniq_routerports0port_id', ROUTER_PORTS, ['port_id'])


def check_sanity(connection):
    res = get_duplicate_port_records_in_routerport_database(connection)
    if res:
        raise DuplicatePortRecordinRouterPortdatabase(port_id=",".join(res))


def get_duplicate_port_records_in_routerport_database(connection):
    insp = sa.inspect(connection)
    if 'routerports' not in insp.get_table_names():
        return []
    session = sa.orm.Session(bind=connection.connect())
    query = (session.query(router_ports.c.port_id).group_by(router_ports.c.port_id)
             .having(sa.func.count() > 1)).all()
    return [q[0] for q in query]


def expand_drop_exceptions():
    return {sa.Constraint: ['routerports']}
