"""embeddings

Revision ID: c0ffee00aa05
Revises: c0ffee00aa04
"""
import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC, Vector

revision = "c0ffee00aa05"
down_revision = "c0ffee00aa04"
branch_labels = None
depends_on = None

DIMENSIONS = 1536


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.create_table(
        "embedding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item_id", sa.UUID(), nullable=False),
        sa.Column("vector", Vector(dim=DIMENSIONS), nullable=False),
        sa.Column("half", HALFVEC(DIMENSIONS // 2), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_embedding_item_id_item"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embedding")),
    )
    op.create_index(
        "ix_embedding_hnsw", "embedding", ["vector"], postgresql_using="hnsw",
        postgresql_with={"m": 16, "ef_construction": 64}, postgresql_ops={"vector": "vector_cosine_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_embedding_hnsw", table_name="embedding")
    op.drop_table("embedding")
