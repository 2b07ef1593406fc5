"""Make numbers of texts"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541f8"
down_revision = "400000000000"


def upgrade():
    op.alter_column(  # found: type-change-without-using, alter-type-rewrites
        "videos",
        "views",
        existing_type=sa.String(20),
        type_=sa.Integer(),
    )
    op.alter_column(  # found: type-change-without-using, alter-type-rewrites
        "videos",
        "public",
        existing_type=sa.Boolean(),
        type_=sa.Integer(),
    )
    op.alter_column(  # found: type-change-without-using, alter-type-rewrites
        "videos",
        "tags",
        existing_type=sa.ARRAY(sa.Text()),
        type_=sa.ARRAY(sa.Integer()),
    )


def downgrade():
    op.alter_column("videos", "tags", existing_type=sa.ARRAY(sa.Integer()), type_=sa.ARRAY(sa.Text()))  # found: alter-type-rewrites
    op.alter_column("videos", "public", existing_type=sa.Integer(), type_=sa.Boolean(), postgresql_using="public = 1")  # found: alter-type-rewrites
    op.alter_column("videos", "views", existing_type=sa.Integer(), type_=sa.String(20))  # found: alter-type-rewrites
