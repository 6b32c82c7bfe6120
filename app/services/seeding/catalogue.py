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
# Numbers are given out before the rows are written, so that a service can be related to one that stands below it.
_SERVICES = """
    WITH seed AS MATERIALIZED (
        SELECT s.*, coalesce(old.id, nextval(pg_get_serial_sequence('service_catalog', 'id'))) AS id
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS s (
            category text, slug text, name text, description text, search_terms text[], related text[],
            online_capable boolean, requires_certification boolean, display_order int
        )
        LEFT JOIN service_catalog old ON old.slug = s.slug
    ), link AS (
        SELECT seed.id, array_agg(other.id ORDER BY said.place) AS ids
        FROM seed
        CROSS JOIN LATERAL unnest(seed.related) WITH ORDINALITY AS said (slug, place)
        JOIN seed other ON other.slug = said.slug
        GROUP BY seed.id
    )
    INSERT INTO service_catalog AS old (id, category_id, slug, name, description, search_terms, related_services,
        online_capable, requires_certification, display_order)
    SELECT seed.id, c.id, seed.slug, seed.name, seed.description, seed.search_terms, coalesce(link.ids, '{}'),
        seed.online_capable, seed.requires_certification, seed.display_order
    FROM seed
    JOIN service_categories c ON c.slug = seed.category
    LEFT JOIN link ON link.id = seed.id
    ON CONFLICT (slug) DO UPDATE
    SET category_id = excluded.category_id, name = excluded.name, description = excluded.description,
        subcategory_id = CASE WHEN old.category_id = excluded.category_id THEN old.subcategory_id END,
        search_terms = excluded.search_terms, related_services = excluded.related_services,
        online_capable = excluded.online_capable, requires_certification = excluded.requires_certification,
        updated_at = now()
    WHERE (old.category_id, old.name, old.description, old.search_terms, old.related_services, old.online_capable,
            old.requires_certification)
        IS DISTINCT FROM (excluded.category_id, excluded.name, excluded.description, excluded.search_terms,
            excluded.related_services, excluded.online_capable, excluded.requires_certification)
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
    """Insert new services and update changed ones; return how many rows were written."""
    return merge(
        connection,
        _SERVICES,
        [
            {
                "category": service.category,
                "slug": service.slug,
                "name": service.name,
                "description": service.description,
                "search_terms": service.search_terms,
                "related": service.related,
                "online_capable": service.online_capable,
                "requires_certification": service.requires_certification,
                "display_order": service.display_order,
            }
            for service in data.services
        ],
    )
