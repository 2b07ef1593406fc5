"""Add max length for string(varchar) fields in User and Items models

Revision ID: 9c0a54914caa
Revises: e2412789c1aa
"""
from alembic import op
import sqlalchemy as sa
import sqlmodel.sql.sqltypes


revision = '9c0a54914caa'
down_revision = 'e2412789c1aa'
branch_labels = None
depends_on = None


def upgrade():
    # Adjust the length of the email field in the User table
    op.alter_column('user', 'email',
               existing_type=sa.String(),
               type_=sa.String(length=255),
               existing_nullable=False)
    op.alter_column('item', 'description', existing_type=sqlmodel.sql.sqltypes.AutoString(),
                    type_=sqlmodel.sql.sqltypes.AutoString(length=255), existing_nullable=True)


def downgrade():
    op.alter_column('item', 'description', existing_type=sa.String(length=255), type_=sa.String(), existing_nullable=True)
    op.alter_column('user', 'email', existing_type=sa.String(length=255), type_=sa.String(), existing_nullable=False)
