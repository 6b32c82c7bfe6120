"""Searches: history, events, interactions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "search_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("guest_session_id", sa.Text(), nullable=True),
        sa.Column("search_query", sa.Text(), nullable=False),
        sa.Column("normalized_query", sa.Text(), nullable=False),
        sa.Column("search_type", sa.Text(), server_default="natural_language", nullable=False),
        sa.Column("results_count", sa.Integer(), nullable=True),
        sa.Column("search_count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("first_searched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_searched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "search_type IN ('natural_language', 'category', 'service_pill', 'filter', 'search_history')",
            name=op.f("ck_search_history_search_type"),
        ),
        sa.CheckConstraint("num_nonnulls(user_id, guest_session_id) = 1", name=op.f("ck_search_history_one_owner")),
        sa.CheckConstraint("search_count > 0", name=op.f("ck_search_history_search_count")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_search_history_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_history")),
        sa.UniqueConstraint(
            "guest_session_id", "normalized_query", name=op.f("uq_search_history_guest_session_id_normalized_query")
        ),
        sa.UniqueConstraint("user_id", "normalized_query", name=op.f("uq_search_history_user_id_normalized_query")),
    )
    op.create_table(
        "search_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("guest_session_id", sa.Text(), nullable=True),
        sa.Column("search_query", sa.Text(), nullable=False),
        sa.Column("search_type", sa.Text(), server_default="natural_language", nullable=False),
        sa.Column("service_catalog_id", sa.BigInteger(), nullable=True),
        sa.Column("results_count", sa.Integer(), nullable=True),
        sa.Column("searched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column(
            "search_context", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("seed_key", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "search_type IN ('natural_language', 'category', 'service_pill', 'filter', 'search_history')",
            name=op.f("ck_search_events_search_type"),
        ),
        sa.ForeignKeyConstraint(
            ["service_catalog_id"],
            ["service_catalog.id"],
            name=op.f("fk_search_events_service_catalog_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_search_events_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_events")),
        sa.UniqueConstraint("seed_key", name=op.f("uq_search_events_seed_key")),
    )
    op.create_index("ix_search_events_searched_at", "search_events", ["searched_at"], unique=False)
    op.create_index(
        "ix_search_events_service_catalog_id_searched_at",
        "search_events",
        ["service_catalog_id", "searched_at"],
        unique=False,
    )
    op.create_index("ix_search_events_user_id", "search_events", ["user_id"], unique=False)
    op.create_table(
        "search_interactions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("search_event_id", sa.BigInteger(), nullable=False),
        sa.Column("interaction_type", sa.Text(), nullable=False),
        sa.Column("instructor_id", sa.BigInteger(), nullable=True),
        sa.Column("result_position", sa.Integer(), nullable=True),
        sa.Column("time_to_interaction", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "interaction_type IN ('click', 'view_profile', 'bookmark', 'book')",
            name=op.f("ck_search_interactions_interaction_type"),
        ),
        sa.CheckConstraint("result_position > 0", name=op.f("ck_search_interactions_result_position")),
        sa.CheckConstraint("time_to_interaction >= 0", name=op.f("ck_search_interactions_time_to_interaction")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["users.id"], name=op.f("fk_search_interactions_instructor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["search_event_id"],
            ["search_events.id"],
            name=op.f("fk_search_interactions_search_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_interactions")),
    )
    op.create_index("ix_search_interactions_instructor_id", "search_interactions", ["instructor_id"], unique=False)
    op.create_index("ix_search_interactions_search_event_id", "search_interactions", ["search_event_id"], unique=False)


def downgrade() -> None:
    """Drop the tables, newest first."""
    op.drop_table("search_interactions")
    op.drop_table("search_events")
    op.drop_table("search_history")
