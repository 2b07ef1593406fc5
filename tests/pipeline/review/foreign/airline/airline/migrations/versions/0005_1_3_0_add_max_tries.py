"""Add ``max_tries`` column to ``leg``, and fill it from what the planner says today."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, Integer, String, inspect
from sqlalchemy.ext.declarative import declarative_base

from airline import settings
from airline.models import Timetable

revision = "cc1e65623aa7"
down_revision = "0e2a74e0ff9a"
branch_labels = None
depends_on = None

Base = declarative_base()
BATCH_SIZE = 5000


class Leg(Base):  # type: ignore
    """A leg as far as it is needed here."""

    __tablename__ = "leg"

    leg_id = Column(String(), primary_key=True)
    flight_id = Column(String(), primary_key=True)
    max_tries = Column(Integer)
    try_number = Column(Integer, default=0)


def upgrade():
    op.add_column("leg", sa.Column("max_tries", sa.Integer, server_default="-1"))
    connection = op.get_bind()
    tables = inspect(connection).get_table_names()
    if "leg" in tables:
        sessionmaker = sa.orm.sessionmaker()
        session = sessionmaker(bind=connection)
        if not bool(session.query(Leg).first()):
            return
        timetable = Timetable(settings.FLIGHTS_FOLDER)
        query = session.query(sa.func.count(Leg.max_tries)).filter(Leg.max_tries == -1)
        while query.scalar():
            for leg in session.query(Leg).filter(Leg.max_tries == -1).limit(BATCH_SIZE).all():
                flight = timetable.get(leg.flight_id)
                leg.max_tries = flight.retries if flight else leg.try_number
                session.merge(leg)
            session.commit()
        session.commit()


def downgrade():
    engine = settings.engine
    if engine.dialect.has_table(engine.connect(), "leg"):
        connection = op.get_bind()
        session = sa.orm.sessionmaker()(bind=connection)
        session.query(Leg).update({"try_number": 0})
        session.commit()
    op.drop_column("leg", "max_tries")
