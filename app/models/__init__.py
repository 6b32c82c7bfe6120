"""The fifteen tables of InstaInstru. Importing this package is enough for ``Base.metadata`` to be whole."""

from app.models.accounts import AccountStatus, Role, RoleName, User, UserRole
from app.models.analytics import ServiceAnalytics
from app.models.base import Base
from app.models.bookings import Booking, BookingStatus
from app.models.catalogue import DIMENSIONS, Category, Service, Subcategory
from app.models.instructors import AvailabilitySlot, InstructorProfile, InstructorService
from app.models.reviews import Review, ReviewStatus
from app.models.search import InteractionType, SearchEvent, SearchHistory, SearchInteraction, SearchType

__all__ = [
    "DIMENSIONS",
    "AccountStatus",
    "AvailabilitySlot",
    "Base",
    "Booking",
    "BookingStatus",
    "Category",
    "InstructorProfile",
    "InstructorService",
    "InteractionType",
    "Review",
    "ReviewStatus",
    "Role",
    "RoleName",
    "SearchEvent",
    "SearchHistory",
    "SearchInteraction",
    "SearchType",
    "Service",
    "ServiceAnalytics",
    "Subcategory",
    "User",
    "UserRole",
]
