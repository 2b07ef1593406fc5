"""
Use enums instead of text

Revision ID: 111d8fc04aaa
Revises: 104b4c5686aa
"""

from alembic import op
from sqlalchemy.dialects.postgresql import ENUM

revision = "111d8fc04aaa"
down_revision = "104b4c5686aa"


def upgrade():
    package_type = ENUM("lib", "bin", "proc-macro", name="crate_type", create_type=False)
    package_type.create(op.get_bind(), checkfirst=False)

    op.execute(
        """ ALTER TABLE crate_files
                ALTER COLUMN cratetype
                TYPE crate_type
                USING cratetype::crate_type
        """
    )


def downgrade():
    op.execute("ALTER TABLE crate_files ALTER COLUMN cratetype TYPE text")
    ENUM(name="crate_type", create_type=False).drop(op.get_bind(), checkfirst=False)
