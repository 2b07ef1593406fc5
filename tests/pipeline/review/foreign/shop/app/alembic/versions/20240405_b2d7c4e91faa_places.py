"""Places, with a point each

Revision ID: b2d7c4e91faa
Revises: 1a31ce6083aa
"""
from __future__ import annotations

from typing import Sequence

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography, Geometry

revision: str = 'b2d7c4e91faa'
down_revision: str | None = '1a31ce6083aa'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.create_geospatial_table('place',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('geometry', Geometry(geometry_type='POINT', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('area', geoalchemy2.types.Geography('POLYGON'), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_geospatial_index('idx_place_geometry', 'place', ['geometry'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.add_geospatial_column('item', sa.Column('made_at', Geography(geometry_type='POINT', srid=4326), nullable=True))


def downgrade() -> None:
    op.drop_geospatial_column('item', 'made_at')
    op.drop_geospatial_index('idx_place_geometry', table_name='place', postgresql_using='gist', column_name='geometry')
    op.drop_geospatial_table('place')
