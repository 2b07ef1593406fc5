"""MySQL, left from before."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade():
    op.execute("ALTER TABLE `account` MODIFY COLUMN `note` VARCHAR(20) AFTER `id`")
    op.execute("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB")


def downgrade():
    op.execute("ALTER TABLE account CHANGE note note TEXT")
