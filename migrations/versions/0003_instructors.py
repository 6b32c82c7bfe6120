"""Instructors: profiles, offerings, availability."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "instructor_profiles",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("bio", sa.Text(), server_default="", nullable=False),
        sa.Column("years_experience", sa.Integer(), server_default="0", nullable=False),
        sa.Column("areas_of_service", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("min_advance_booking_hours", sa.Integer(), server_default="2", nullable=False),
        sa.Column("buffer_time_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("buffer_time_minutes >= 0", name=op.f("ck_instructor_profiles_buffer_time_minutes")),
        sa.CheckConstraint(
            "min_advance_booking_hours >= 0", name=op.f("ck_instructor_profiles_min_advance_booking_hours")
        ),
        sa.CheckConstraint("years_experience >= 0", name=op.f("ck_instructor_profiles_years_experience")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_instructor_profiles_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructor_profiles")),
        sa.UniqueConstraint("user_id", name=op.f("uq_instructor_profiles_user_id")),
    )
    op.create_table(
        "instructor_services",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("instructor_profile_id", sa.BigInteger(), nullable=False),
        sa.Column("service_catalog_id", sa.BigInteger(), nullable=False),
        sa.Column("hourly_rate", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("duration_options", postgresql.ARRAY(sa.Integer()), server_default=sa.text("'{60}'"), nullable=False),
        sa.Column("experience_level", sa.Text(), nullable=True),
        sa.Column("levels_taught", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("age_groups", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("location_types", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "cardinality(duration_options) > 0", name=op.f("ck_instructor_services_duration_options_present")
        ),
        sa.CheckConstraint(
            "duration_options[1] BETWEEN 15 AND 720", name=op.f("ck_instructor_services_duration_options_range")
        ),
        sa.CheckConstraint("hourly_rate > 0", name=op.f("ck_instructor_services_hourly_rate")),
        sa.ForeignKeyConstraint(
            ["instructor_profile_id"],
            ["instructor_profiles.id"],
            name=op.f("fk_instructor_services_instructor_profile_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_catalog_id"],
            ["service_catalog.id"],
            name=op.f("fk_instructor_services_service_catalog_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructor_services")),
    )
    op.create_index(
        "ix_instructor_services_service_catalog_id", "instructor_services", ["service_catalog_id"], unique=False
    )
    op.create_index(
        "uq_instructor_services_active",
        "instructor_services",
        ["instructor_profile_id", "service_catalog_id"],
        unique=True,
        postgresql_where=sa.text("is_active"),
    )
    op.create_table(
        "availability_slots",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("instructor_id", sa.BigInteger(), nullable=False),
        sa.Column("specific_date", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("end_time", sa.Time(), nullable=False),
        sa.CheckConstraint("start_time < end_time", name=op.f("ck_availability_slots_times")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["users.id"], name=op.f("fk_availability_slots_instructor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_slots")),
        sa.UniqueConstraint(
            "instructor_id", "specific_date", "start_time", "end_time", name="uq_availability_slots_times"
        ),
    )
    op.create_index("ix_availability_slots_specific_date", "availability_slots", ["specific_date"], unique=False)


def downgrade() -> None:
    """Drop the tables, newest first."""
    op.drop_table("availability_slots")
    op.drop_table("instructor_services")
    op.drop_table("instructor_profiles")
