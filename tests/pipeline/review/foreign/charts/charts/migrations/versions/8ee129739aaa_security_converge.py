"""security converge

Revision ID: 8ee129739aaa
Revises: aaaa00000002
"""
revision = "8ee129739aaa"
down_revision = "aaaa00000002"

from alembic import op
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from charts.migrations.shared.security import add_pvms, get_reversed_pvm_map, migrate_roles, Pvm

NEW_PVMS = {"CssTemplate": ("can_read", "can_write")}
PVM_MAP = {
    Pvm("CssTemplateModelView", "can_list"): (Pvm("CssTemplate", "can_read"),),
    Pvm("CssTemplateModelView", "can_edit"): (Pvm("CssTemplate", "can_write"),),
}


def upgrade():
    bind = op.get_bind()
    session = Session(bind=bind)

    # Add the new permissions on the migration itself
    add_pvms(session, NEW_PVMS)
    migrate_roles(session, PVM_MAP)
    try:
        session.commit()
    except SQLAlchemyError as ex:
        print(f"An error occurred while upgrading permissions: {ex}")
        session.rollback()


def downgrade():
    bind = op.get_bind()
    session = Session(bind=bind)
    migrate_roles(session, get_reversed_pvm_map(PVM_MAP))
    session.rollback()
