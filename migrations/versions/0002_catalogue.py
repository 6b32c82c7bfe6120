"""Catalogue: categories, their subdivisions, services with embeddings."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import Vector
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "service_categories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subtitle", sa.Text(), nullable=True),
        sa.Column("icon_name", sa.Text(), nullable=True),
        sa.Column("display_order", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_categories")),
        sa.UniqueConstraint("slug", name=op.f("uq_service_categories_slug")),
    )
    op.create_table(
        "service_subcategories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("display_order", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["service_categories.id"],
            name=op.f("fk_service_subcategories_category_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_subcategories")),
        sa.UniqueConstraint("category_id", "name", name=op.f("uq_service_subcategories_category_id_name")),
        sa.UniqueConstraint("category_id", "slug", name=op.f("uq_service_subcategories_category_id_slug")),
        sa.UniqueConstraint("id", "category_id", name=op.f("uq_service_subcategories_id_category_id")),
    )
    op.create_table(
        "service_catalog",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("subcategory_id", sa.BigInteger(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("search_terms", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "related_services", postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("online_capable", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("requires_certification", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("display_order", sa.Integer(), server_default="0", nullable=False),
        sa.Column("embedding", Vector(dim=256), nullable=True),
        sa.Column("embedding_model", sa.Text(), nullable=True),
        sa.Column("embedding_text_hash", sa.Text(), nullable=True),
        sa.Column("embedded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["service_categories.id"], name=op.f("fk_service_catalog_category_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["subcategory_id", "category_id"],
            ["service_subcategories.id", "service_subcategories.category_id"],
            name=op.f("fk_service_catalog_subcategory_id_category_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_catalog")),
        sa.UniqueConstraint("slug", name=op.f("uq_service_catalog_slug")),
    )
    op.create_index(
        "ix_service_catalog_category_id_display_order",
        "service_catalog",
        ["category_id", "display_order"],
        unique=False,
    )
    op.create_index(
        "ix_service_catalog_embedding",
        "service_catalog",
        ["embedding"],
        unique=False,
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "vector_cosine_ops"},
    )
    op.create_index(
        "ix_service_catalog_search_terms", "service_catalog", ["search_terms"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_service_catalog_subcategory_id", "service_catalog", ["subcategory_id"], unique=False)


def downgrade() -> None:
    """Drop the tables, newest first."""
    op.drop_table("service_catalog")
    op.drop_table("service_subcategories")
    op.drop_table("service_categories")
