"""

Revision ID: 0008_billing_view
Revises: 0007_more_statuses

"""
from alembic import op

revision = '0008_billing_view'
down_revision = '0007_more_statuses'


def upgrade():
    op.execute(
        """
        CREATE VIEW billable AS
        SELECT office_id, count(*) FILTER (WHERE status <> 'failed') AS sent
          FROM letters
         GROUP BY office_id
        """
    )


def downgrade():
    op.execute("DROP VIEW billable")
