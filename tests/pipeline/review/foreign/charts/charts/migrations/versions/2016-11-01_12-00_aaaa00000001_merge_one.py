"""Merge 27ae65 and 5e4a03

Revision ID: aaaa00000001
Revises: ('27ae655e42aa', '5e4a03ef0baa')
"""

revision = 'aaaa00000001'
down_revision = ('27ae655e42aa', '5e4a03ef0baa')

def upgrade():
    pass


def downgrade():
    pass
