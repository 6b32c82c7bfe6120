"""Bookings that cannot overlap, and reviews.

A person is a range of one number in the exclusion constraints, because GiST compares ranges without an extension.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("instructor_id", sa.BigInteger(), nullable=False),
        sa.Column("instructor_service_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_date", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("end_time", sa.Time(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("hourly_rate", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("total_price", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="CONFIRMED", nullable=False),
        sa.Column("student_note", sa.Text(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("seed_key", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(instructor_id, instructor_id, '[]')"), "="),
            (sa.text("tsrange(booking_date + start_time, booking_date + end_time)"), "&&"),
            where=sa.text("status <> 'CANCELLED'"),
            using="gist",
            name="ex_bookings_instructor_id",
        ),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(student_id, student_id, '[]')"), "="),
            (sa.text("tsrange(booking_date + start_time, booking_date + end_time)"), "&&"),
            where=sa.text("status <> 'CANCELLED'"),
            using="gist",
            name="ex_bookings_student_id",
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'NO_SHOW')", name=op.f("ck_bookings_status")
        ),
        sa.CheckConstraint("duration_minutes > 0", name=op.f("ck_bookings_duration_minutes")),
        sa.CheckConstraint("hourly_rate > 0", name=op.f("ck_bookings_hourly_rate")),
        sa.CheckConstraint("start_time < end_time", name=op.f("ck_bookings_times")),
        sa.CheckConstraint("student_id <> instructor_id", name=op.f("ck_bookings_people")),
        sa.CheckConstraint("total_price >= 0", name=op.f("ck_bookings_total_price")),
        sa.ForeignKeyConstraint(
            ["cancelled_by_id"], ["users.id"], name=op.f("fk_bookings_cancelled_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["users.id"], name=op.f("fk_bookings_instructor_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["instructor_service_id"],
            ["instructor_services.id"],
            name=op.f("fk_bookings_instructor_service_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("fk_bookings_student_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("seed_key", name=op.f("uq_bookings_seed_key")),
    )
    op.create_index(
        "ix_bookings_instructor_id_booking_date", "bookings", ["instructor_id", "booking_date"], unique=False
    )
    op.create_index(
        "ix_bookings_instructor_service_id_booking_date",
        "bookings",
        ["instructor_service_id", "booking_date"],
        unique=False,
    )
    op.create_index("ix_bookings_student_id_booking_date", "bookings", ["student_id", "booking_date"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("instructor_id", sa.BigInteger(), nullable=False),
        sa.Column("service_catalog_id", sa.BigInteger(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("review_text", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="published", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('published', 'flagged', 'removed')", name=op.f("ck_reviews_status")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_reviews_rating")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_reviews_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["users.id"], name=op.f("fk_reviews_instructor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_catalog_id"],
            ["service_catalog.id"],
            name=op.f("fk_reviews_service_catalog_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("fk_reviews_student_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_reviews_booking_id")),
    )
    op.create_index("ix_reviews_instructor_id", "reviews", ["instructor_id"], unique=False)
    op.create_index("ix_reviews_service_catalog_id", "reviews", ["service_catalog_id"], unique=False)
    op.create_index("ix_reviews_student_id", "reviews", ["student_id"], unique=False)


def downgrade() -> None:
    """Drop the tables, newest first."""
    op.drop_table("reviews")
    op.drop_table("bookings")
