"""tokens with the GUID type of fastapi-users, and an encrypted column

Revision ID: c0ffee00aa06
Revises: c0ffee00aa05
"""
import fastapi_users_db_sqlalchemy
import sqlalchemy as sa
import sqlalchemy_utils
from alembic import op

import app.models.types

revision = "c0ffee00aa06"
down_revision = "c0ffee00aa05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accesstoken",
        sa.Column("user_id", fastapi_users_db_sqlalchemy.generics.GUID(), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("created_at", fastapi_users_db_sqlalchemy.generics.TIMESTAMPAware(timezone=True), nullable=False),
        sa.Column("secret", app.models.types.Encrypted(key=app.models.types.key), nullable=True),
        sa.Column("kind", sqlalchemy_utils.types.choice.ChoiceType([("a", "b")]), nullable=True),
        sa.PrimaryKeyConstraint("token"),
    )
    op.add_column("user", sa.Column("phone", sqlalchemy_utils.types.phone_number.PhoneNumberType(length=20), nullable=True))


def downgrade() -> None:
    op.drop_column("user", "phone")
    op.drop_table("accesstoken")
