"""

Revision ID: 0011_rates
Revises: 0010_autocommit

"""
import uuid
from datetime import datetime
from decimal import Decimal

from alembic import op
from sqlalchemy.sql import text

revision = '0011_rates'
down_revision = '0010_autocommit'

PRICES = [(1, '0.30'), (2, '0.33'), (3, '0.36')]
start = datetime(2017, 3, 31, 23, 0)


def upgrade():
    conn = op.get_bind()
    conn.execute(text("update letter_rates set end_date = :start where end_date is null"), start=start)
    base_insert = """INSERT INTO letter_rates (id, start_date, sheets, rate, crown) VALUES ('{}', '{}', {}, {}, {})"""
    for sheets, rate in PRICES:
        for crown in [True, False]:
            op.execute(base_insert.format(uuid.uuid4(), start, sheets, Decimal(rate), crown))


def downgrade():
    conn = op.get_bind()
    conn.execute(text("delete from letter_rates where start_date = :start"), start=start)
    conn.execute(text("update letter_rates set end_date = null where end_date = :start"), start=start)
