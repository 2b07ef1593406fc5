"""Decorators around both directions."""
import functools
import logging

from alembic import op

revision = "p00000000007"
down_revision = "p00000000006"

log = logging.getLogger("alembic.runtime.migration")


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        log.info("%s begins", function.__name__)
        try:
            return function(*args, **kwargs)
        finally:
            log.info("%s ends", function.__name__)

    return wrapper


@timed
def upgrade():
    op.drop_column("customer", "fax")


@timed
@functools.lru_cache(maxsize=None)
def downgrade():
    op.execute("ALTER TABLE customer ADD COLUMN fax text")
