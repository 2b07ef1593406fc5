"""A branch with a label and a dependency of its own"""
revision = "t00000000013"
down_revision = "t00000000012@base".split("@")[0]
branch_labels = ["archive"]
depends_on = ["t00000000010"]


def upgrade():
    pass


def downgrade():
    pass
