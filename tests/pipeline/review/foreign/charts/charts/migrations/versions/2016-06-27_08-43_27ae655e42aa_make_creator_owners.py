"""Make creator owners

Revision ID: 27ae655e42aa
Revises: 1226819ee0aa
"""

revision = '27ae655e42aa'
down_revision = '1226819ee0aa'

from alembic import op
from charts import db
from sqlalchemy.ext.declarative import declarative_base
from flask_appbuilder.models.mixins import AuditMixin
from sqlalchemy.orm import relationship
from sqlalchemy import (
    Column, Integer, ForeignKey, Table)

Base = declarative_base()

class User(Base):
    """Declarative class to do query in upgrade"""
    __tablename__ = 'ab_user'
    id = Column(Integer, primary_key=True)

board_user = Table('board_user', Base.metadata,
    Column('id', Integer, primary_key=True),
    Column('user_id', Integer, ForeignKey('ab_user.id')),
    Column('board_id', Integer, ForeignKey('boards.id'))
)

class Board(Base, AuditMixin):
    """Declarative class to do query in upgrade"""
    __tablename__ = 'boards'
    id = Column(Integer, primary_key=True)
    owners = relationship("User", secondary=board_user)

def upgrade():
    bind = op.get_bind()
    session = db.Session(bind=bind)

    objects = session.query(Board).all()
    for obj in objects:
        if obj.created_by and obj.created_by not in obj.owners:
            obj.owners.append(obj.created_by)
        session.commit()
    session.close()


def downgrade():
    pass
