"""Reference data: roles, categories and services. The only part of the seeds that PROD gets.

Everything is matched by name or slug and nothing is deleted. What other parts of the application own is left alone on
rows that exist: the order of services (analytics), whether one is active (people), its embedding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.services.seeding.merging import merge

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.services.seed_files import SeedData

ROLES = {"admin": "Runs the platform", "instructor": "Teaches lessons", "student": "Takes lessons"}

_ROLES = """
    INSERT INTO roles (name, description)
    SELECT name, description FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS seed (name text, description text)
    ON CONFLICT (name) DO NOTHING
"""
_CATEGORIES = """
    INSERT INTO service_categories AS old (slug, name, subtitle, icon_name, display_order)
    SELECT slug, name, subtitle, icon_name, display_order
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS seed (slug text, name text, subtitle text, icon_name text, display_order int)
    ON CONFLICT (slug) DO UPDATE
    SET name = excluded.name, subtitle = excluded.subtitle, icon_name = excluded.icon_name,
        display_order = excluded.display_order, updated_at = now()
    WHERE (old.name, old.subtitle, old.icon_name, old.display_order)
        IS DISTINCT FROM (excluded.name, excluded.subtitle, excluded.icon_name, excluded.display_order)
"""
_SERVICES = """
    INSERT INTO service_catalog AS old
        (category_id, slug, name, description, search_terms, online_capable, requires_certification, display_order)
    SELECT c.id, s.slug, s.name, s.description, s.search_terms, s.online_capable, s.requires_certification,
        s.display_order
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS s (
        category text, slug text, name text, description text, search_terms text[], online_capable boolean,
        requires_certification boolean, display_order int
    )
    JOIN service_categories c ON c.slug = s.category
    ON CONFLICT (slug) DO UPDATE
    SET category_id = excluded.category_id, name = excluded.name, description = excluded.description,
        subcategory_id = CASE WHEN old.category_id = excluded.category_id THEN old.subcategory_id END,
        search_terms = excluded.search_terms, online_capable = excluded.online_capable,
        requires_certification = excluded.requires_certification, updated_at = now()
    WHERE (old.category_id, old.name, old.description, old.search_terms, old.online_capable,
            old.requires_certification)
        IS DISTINCT FROM (excluded.category_id, excluded.name, excluded.description, excluded.search_terms,
            excluded.online_capable, excluded.requires_certification)
"""
_RELATED = """
    UPDATE service_catalog s
    SET related_services = fresh.ids
    FROM (
        SELECT seed.slug, coalesce(array_agg(other.id ORDER BY place) FILTER (WHERE other.id IS NOT NULL), '{}') AS ids
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS seed (slug text, related text[])
        LEFT JOIN LATERAL unnest(seed.related) WITH ORDINALITY AS link (slug, place) ON true
        LEFT JOIN service_catalog other ON other.slug = link.slug
        GROUP BY seed.slug
    ) AS fresh
    WHERE s.slug = fresh.slug AND s.related_services IS DISTINCT FROM fresh.ids
"""


def write_roles(connection: Connection) -> int:
    """Insert the roles that are missing."""
    return merge(connection, _ROLES, [{"name": name, "description": what} for name, what in ROLES.items()])


def write_categories(connection: Connection, data: SeedData) -> int:
    """Insert new categories and update changed ones; return how many rows were written."""
    return merge(
        connection,
        _CATEGORIES,
        [
            {
                "slug": category.slug,
                "name": category.name,
                "subtitle": category.subtitle,
                "icon_name": category.icon_name,
                "display_order": category.display_order,
            }
            for category in data.categories
        ],
    )


def write_services(connection: Connection, data: SeedData) -> int:
    """Insert new services and update changed ones, then link them; return how many services were written."""
    written = merge(
        connection,
        _SERVICES,
        [
            {
                "category": service.category,
                "slug": service.slug,
                "name": service.name,
                "description": service.description,
                "search_terms": service.search_terms,
                "online_capable": service.online_capable,
                "requires_certification": service.requires_certification,
                "display_order": service.display_order,
            }
            for service in data.services
        ],
    )
    # A second pass, because a service may be related to one that stands below it.
    merge(connection, _RELATED, [{"slug": service.slug, "related": service.related} for service in data.services])
    return written
