"""
Without this file models and queries would have no database to agree on.

Statements are never prepared on the server: a prepared one fails in every warm container with "cached plan
must not change result type" as soon as a revision changes a column's type, and a pooler between transactions
loses it.
"""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING_CONVENTION = {
    # A constraint without a name of ours cannot be dropped by a revision.
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


# The models are plain SQLAlchemy, which type checkers understand; Flask-SQLAlchemy gives engine and session.
db = SQLAlchemy(metadata=Model.metadata)


def engine_options() -> dict[str, Any]:
    """
    Return SQLAlchemy's engine options for serving requests.

    No start-up `options`: PgBouncer in transaction mode refuses them.
    """
    return {
        "hide_parameters": True,
        # A frozen sandbox wakes up with connections the server has long closed.
        "pool_pre_ping": True,
        "pool_recycle": 300,
        "connect_args": {
            "application_name": "yt-pubsub-handler",
            # The hub waits ten seconds; answering 503 in time makes it try again.
            "connect_timeout": 4,
            "prepare_threshold": None,
        },
    }
