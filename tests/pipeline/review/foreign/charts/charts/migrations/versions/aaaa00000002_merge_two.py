"""merge heads once more, with what follows both

Revision ID: aaaa00000002
Revises: 1412ec1e5aaa, 18dc26817aaa

"""
revision = "aaaa00000002"
down_revision = ["1412ec1e5aaa", "18dc26817aaa"]


def upgrade():
    pass


def downgrade():
    pass
