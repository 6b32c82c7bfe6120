"""The catalogue: what can be learned, from whom, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003 - the HTTP interface reads these annotations when it is loaded
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from app.models import (
    AccountStatus,
    Category,
    InstructorProfile,
    InstructorService,
    Service,
    ServiceAnalytics,
    User,
)
from app.services.errors import RecordMissing

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


LIGHT = defer(Service.embedding, raiseload=True)
"""A vector is 3 kB that no page shows."""


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category and how many active services it has."""

    slug: str
    name: str
    subtitle: str | None
    services: int


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service as a list shows it."""

    slug: str
    name: str
    category: str
    description: str
    online_capable: bool
    requires_certification: bool


@dataclass(frozen=True, slots=True)
class ServicePage:
    """Some of the services, and how many there are in all."""

    total: int
    items: tuple[ServiceLine, ...]


@dataclass(frozen=True, slots=True)
class OfferingLine:
    """A service as one instructor offers it: dollars an hour, minutes. ``id`` is what a booking names."""

    id: int
    instructor: str
    hourly_rate: Decimal
    duration_options: tuple[int, ...]
    description: str


@dataclass(frozen=True, slots=True)
class ServiceDetails:
    """One service with everything that a page about it shows."""

    service: ServiceLine
    search_terms: tuple[str, ...]
    related: tuple[str, ...]
    demand_score: float | None
    is_trending: bool | None
    offerings: tuple[OfferingLine, ...]


def line_of(service: Service, category: str) -> ServiceLine:
    """Return a service as a list shows it."""
    return ServiceLine(
        service.slug,
        service.name,
        category,
        service.description,
        service.online_capable,
        service.requires_certification,
    )


def list_categories(session: Session) -> list[CategoryLine]:
    """Return all categories in the order in which they are shown."""
    counted = func.count(Service.id)
    query = (
        select(Category, counted)
        .outerjoin(Service, (Service.category_id == Category.id) & Service.is_active)
        .group_by(Category.id)
        .order_by(Category.display_order, Category.id)
    )
    return [CategoryLine(one.slug, one.name, one.subtitle, count) for one, count in session.execute(query)]


def list_services(session: Session, *, category: str | None, limit: int, offset: int) -> ServicePage:
    """Return a page of the active services, of one category or of all, the most wanted of each category first.

    Raises:
        RecordMissing: There is no such category.
    """
    wanted: list[ColumnElement[bool]] = [Service.is_active.is_(True)]
    if category is not None:
        number = session.scalar(select(Category.id).where(Category.slug == category))
        if number is None:
            raise RecordMissing(f"there is no category {category}")
        wanted.append(Service.category_id == number)
    query = (
        select(Service, Category.slug)
        .join(Category, Category.id == Service.category_id)
        .where(*wanted)
        .options(LIGHT)
        .order_by(Category.display_order, Category.id, Service.display_order, Service.id)
        .limit(limit)
        .offset(offset)
    )
    total = session.scalar(select(func.count()).select_from(Service).where(*wanted)) or 0
    return ServicePage(total, tuple(line_of(service, slug) for service, slug in session.execute(query)))


def find_service(session: Session, slug: str) -> ServiceDetails:
    """Return one active service with its offerings, cheapest first.

    Raises:
        RecordMissing: There is no such service.
    """
    query = (
        select(Service, Category.slug, ServiceAnalytics)
        .join(Category, Category.id == Service.category_id)
        .outerjoin(ServiceAnalytics, ServiceAnalytics.service_catalog_id == Service.id)
        .where(Service.slug == slug, Service.is_active)
        .options(LIGHT)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise RecordMissing(f"there is no service {slug}")
    service, category, analytics = found
    related = select(Service.slug).where(Service.id.in_(service.related_services), Service.is_active)
    return ServiceDetails(
        line_of(service, category),
        tuple(service.search_terms),
        tuple(session.scalars(related.order_by(Service.slug))),
        analytics.demand_score if analytics else None,
        analytics.is_trending if analytics else None,
        _offerings(session, service.id),
    )


def _offerings(session: Session, service: int) -> tuple[OfferingLine, ...]:
    query = (
        select(InstructorService, User.full_name)
        .join(InstructorProfile, InstructorProfile.id == InstructorService.instructor_profile_id)
        .join(User, User.id == InstructorProfile.user_id)
        .where(
            InstructorService.service_catalog_id == service,
            InstructorService.is_active,
            User.is_active,
            User.account_status == AccountStatus.ACTIVE,
        )
        .order_by(InstructorService.hourly_rate, InstructorService.id)
    )
    return tuple(
        OfferingLine(one.id, name, one.hourly_rate, tuple(one.duration_options), one.description)
        for one, name in session.execute(query)
    )
