"""Reviews: what a student thought of a completed lesson."""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Numbered, Timestamps, one_of


class ReviewStatus(StrEnum):
    """Whether a review is shown."""

    PUBLISHED = "published"
    FLAGGED = "flagged"
    REMOVED = "removed"


class Review(Numbered, Timestamps):
    """One to five stars and a text; at most one per booking."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint(one_of("status", ReviewStatus), name="status"),
        Index("ix_reviews_instructor_id", "instructor_id"),
        Index("ix_reviews_student_id", "student_id"),
        Index("ix_reviews_service_catalog_id", "service_catalog_id"),
    )

    booking_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bookings.id", ondelete="CASCADE"), unique=True)
    student_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    instructor_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    service_catalog_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("service_catalog.id", ondelete="RESTRICT"))
    rating: Mapped[int]
    review_text: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default=ReviewStatus.PUBLISHED)
