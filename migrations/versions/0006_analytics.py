"""Analytics: demand, supply and price of each service."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "service_analytics",
        sa.Column("service_catalog_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("search_count_7d", sa.Integer(), server_default="0", nullable=False),
        sa.Column("search_count_30d", sa.Integer(), server_default="0", nullable=False),
        sa.Column("view_count_30d", sa.Integer(), server_default="0", nullable=False),
        sa.Column("booking_count_7d", sa.Integer(), server_default="0", nullable=False),
        sa.Column("booking_count_30d", sa.Integer(), server_default="0", nullable=False),
        sa.Column("search_to_view_rate", sa.Double(), nullable=True),
        sa.Column("view_to_booking_rate", sa.Double(), nullable=True),
        sa.Column("avg_price_booked", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("price_percentile_25", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("price_percentile_50", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("price_percentile_75", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("most_booked_duration", sa.Integer(), nullable=True),
        sa.Column(
            "duration_distribution",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "peak_hours", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("peak_days", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("completion_rate", sa.Double(), nullable=True),
        sa.Column("avg_rating", sa.Double(), nullable=True),
        sa.Column("review_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active_instructors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total_weekly_hours", sa.Double(), server_default="0", nullable=False),
        sa.Column("supply_demand_ratio", sa.Double(), nullable=True),
        sa.Column("demand_score", sa.Double(), server_default="0", nullable=False),
        sa.Column("is_trending", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("last_calculated", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("avg_rating BETWEEN 1 AND 5", name=op.f("ck_service_analytics_avg_rating")),
        sa.CheckConstraint("demand_score BETWEEN 0 AND 100", name=op.f("ck_service_analytics_demand_score")),
        sa.ForeignKeyConstraint(
            ["service_catalog_id"],
            ["service_catalog.id"],
            name=op.f("fk_service_analytics_service_catalog_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service_catalog_id", name=op.f("pk_service_analytics")),
    )
    op.create_index(op.f("ix_service_analytics_demand_score"), "service_analytics", ["demand_score"], unique=False)


def downgrade() -> None:
    """Drop the tables, newest first."""
    op.drop_table("service_analytics")
