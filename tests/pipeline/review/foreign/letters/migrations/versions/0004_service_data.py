"""empty message

Revision ID: 0004_service_data
Revises: 0003_add_audit
Create Date: 2016-06-01 14:17:01.963181

"""

import uuid

# revision identifiers, used by Alembic.
from datetime import datetime

from alembic import op

from app.hashing import hashpw

revision = '0004_service_data'
down_revision = '0003_add_audit'

user_id = '7bf522d0-2915-4e52-83a3-3690455a5fe7'
office_id = 'e7aa2c68-a2d9-4437-ab19-3ae8eb202554'


def upgrade():
    password = hashpw(str(uuid.uuid4()))
    op.get_bind()
    user_insert = """INSERT INTO users (id, name, created_at, failed_logins, _password, platform_admin)
                     VALUES ('{}', 'Letters office', '{}', 0,'{}', False)
                  """
    op.execute(user_insert.format(user_id, datetime.utcnow(), password))
    office_insert = """INSERT INTO offices (id, name, created_at, active, version)
                        VALUES ('{}', 'Letters', '{}', True, 1)

                     """
    op.execute(office_insert.format(office_id, datetime.utcnow()))

    template_insert = """INSERT INTO templates (id, name, kind, created_at, content, archived, office_id)
                         VALUES ('{}', '{}', '{}', '{}', '{}', False, '{}')
                      """
    content = (
        "Dear ((name)),\n\n"
        "Complete your registration at:\n\n((url))\n\n"
        "Thanks\n\nThe ‘letters’ office\nhttps://letters.example"
    )
    for name, kind in [('Verification code', 'sms'), ('Invitation', 'email')]:
        op.execute(
            template_insert.format(uuid.uuid4(), name, kind, datetime.utcnow(), content, office_id)
        )


def downgrade():
    op.get_bind()
    op.execute("delete from templates where office_id = '{}'".format(office_id))
    op.execute("delete from offices where id = '{}'".format(office_id))
    op.execute("delete from users where id = '{}'".format(user_id))
