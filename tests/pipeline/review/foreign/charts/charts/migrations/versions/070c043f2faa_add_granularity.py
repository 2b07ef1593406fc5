# Licensed under something, of which the first lines of many files consist.
"""add granularity to charts where missing

Revision ID: 070c043f2faa
Revises: aaaa00000001
"""

revision = "070c043f2faa"
down_revision = "aaaa00000001"

import json

from alembic import op
from sqlalchemy import and_, Boolean, Column, Integer, String, Text
from sqlalchemy.ext.declarative import declarative_base

from charts import db

Base = declarative_base()


class Slice(Base):
    __tablename__ = "slices"

    id = Column(Integer, primary_key=True)
    params = Column(Text)
    datasource_id = Column(Integer)
    datasource_type = Column(String(200))


class TableColumn(Base):
    __tablename__ = "table_columns"

    id = Column(Integer, primary_key=True)
    table_id = Column(Integer)
    is_dttm = Column(Boolean)
    column_name = Column(String(255))


def upgrade():
    """
    Adds the granularity param to charts without it.
    """
    bind = op.get_bind()
    session = db.Session(bind=bind)
    changed = 0
    for slc in (
        session.query(Slice)
        .filter(and_(Slice.datasource_type == "table", Slice.params.notlike('%"granularity%')))
        .all()
    ):
        try:
            params = json.loads(slc.params)
            if "granularity" in params:
                continue
            columns = session.query(TableColumn).filter(TableColumn.is_dttm == True).all()
            if len(columns):
                params["granularity"] = columns[0].column_name
                slc.params = json.dumps(params, sort_keys=True)
                print(f"Set granularity for slice {slc.id} to {columns[0].column_name}")
                changed += 1
        except Exception as e:
            print(e)
            print(f"Parsing params for slice {slc.id} failed.")

    print(f"{changed} slices altered")
    session.commit()
    session.close()


def downgrade():
    """
    It's impossible to downgrade this migration.
    """
