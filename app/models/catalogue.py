"""What can be learned: categories, their subdivisions, and the services with their embeddings."""

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Numbered, Timestamps

DIMENSIONS = 256
"""Length of an embedding: what the model's weights give."""


class Category(Numbered, Timestamps):
    """A shelf of the catalogue, such as music."""

    __tablename__ = "service_categories"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    subtitle: Mapped[str | None]
    icon_name: Mapped[str | None]
    display_order: Mapped[int] = mapped_column(server_default="0")


class Subcategory(Numbered):
    """An optional subdivision of a category."""

    __tablename__ = "service_subcategories"
    __table_args__ = (
        UniqueConstraint("category_id", "name"),
        UniqueConstraint("category_id", "slug"),
        UniqueConstraint("id", "category_id"),
    )

    category_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("service_categories.id", ondelete="CASCADE"))
    name: Mapped[str]
    slug: Mapped[str]
    display_order: Mapped[int] = mapped_column(server_default="0")


class Service(Numbered, Timestamps):
    """A service that instructors can offer.

    ``embedding`` is the vector of the text whose SHA-256 is ``embedding_text_hash``, made by ``embedding_model``;
    all four columns are empty until the service is embedded. An approximate search must read
    ``ORDER BY embedding <=> :query LIMIT n`` for the index to serve it.
    """

    __tablename__ = "service_catalog"
    __table_args__ = (
        # A subdivision of another category would put a service on two shelves.
        ForeignKeyConstraint(
            ["subcategory_id", "category_id"],
            ["service_subcategories.id", "service_subcategories.category_id"],
            ondelete="RESTRICT",
        ),
        Index("ix_service_catalog_search_terms", "search_terms", postgresql_using="gin"),
        Index("ix_service_catalog_category_id_display_order", "category_id", "display_order"),
        Index("ix_service_catalog_subcategory_id", "subcategory_id"),
        Index(
            "ix_service_catalog_embedding",
            "embedding",
            postgresql_using="hnsw",
            postgresql_ops={"embedding": "vector_cosine_ops"},
        ),
    )

    category_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("service_categories.id", ondelete="RESTRICT"))
    subcategory_id: Mapped[int | None] = mapped_column(BigInteger)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    search_terms: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    related_services: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    online_capable: Mapped[bool] = mapped_column(server_default=true())
    requires_certification: Mapped[bool] = mapped_column(server_default=false())
    is_active: Mapped[bool] = mapped_column(server_default=true())
    display_order: Mapped[int] = mapped_column(server_default="0")
    embedding: Mapped[Any | None] = mapped_column(Vector(DIMENSIONS))
    embedding_model: Mapped[str | None]
    embedding_text_hash: Mapped[str | None]
    embedded_at: Mapped[datetime | None]

    category: Mapped[Category] = relationship()
