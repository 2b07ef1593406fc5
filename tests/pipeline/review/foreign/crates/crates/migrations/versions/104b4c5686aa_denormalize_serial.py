"""
Denormalize serial onto crate

Revision ID: 104b4c5686aa
Revises: 283c68f2ab2a
Create Date: 2016-05-04 21:47:04.133779
"""

import sqlalchemy as sa

from alembic import op

revision = "104b4c5686aa"
down_revision = "283c68f2ab2a"


def upgrade():
    # Make sure that no new serials can be added while we're working on these tables.
    op.execute("LOCK TABLE crates IN EXCLUSIVE MODE")
    op.add_column("crates", sa.Column("last_serial", sa.Integer(), nullable=True, server_default=sa.text("0")))
    op.execute(
        """ UPDATE crates
            SET last_serial = j.last_serial
            FROM (SELECT name, max(id) as last_serial FROM journals GROUP BY name) as j
            WHERE j.name = crates.name
        """
    )
    op.alter_column("crates", "last_serial", nullable=False)
    op.execute(
        """ CREATE OR REPLACE FUNCTION maintain_last_serial()
            RETURNS TRIGGER AS $$
            DECLARE
                targeted_name text;
            BEGIN
                IF TG_OP = 'INSERT' THEN
                    targeted_name := NEW.name;
                ELSIF TG_OP = 'DELETE' THEN
                    targeted_name := OLD.name;
                END IF;

                UPDATE crates SET last_serial = j.last_serial
                FROM (SELECT max(id) as last_serial FROM journals WHERE journals.name = targeted_name) as j
                WHERE crates.name = targeted_name;

                RETURN NULL;
            END;
            $$ LANGUAGE plpgsql;
        """
    )
    op.execute(
        """ CREATE TRIGGER update_last_serial
            AFTER INSERT OR UPDATE OR DELETE ON journals
            FOR EACH ROW EXECUTE PROCEDURE maintain_last_serial();
        """
    )


def downgrade():
    raise RuntimeError("Not a step back — ни шагу назад!")
