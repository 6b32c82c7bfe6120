"""Made-up people: accounts, roles, profiles, offerings and open slots. INT and STG only.

They are recognised by their e-mail addresses, all at example.com, which nobody can receive mail at. People's own rows
have other addresses and are never touched.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

import bcrypt

from app.services.seeding.lessons import bookable
from app.services.seeding.merging import Row, merge
from tierguard.errors import SettingMismatch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy import Connection

    from app.services.seed_files import SeedData

DOMAIN = "@example.com"

_STANDARD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BCRYPT = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

_USERS = """
    INSERT INTO users AS old (email, hashed_password, full_name, is_active, account_status)
    SELECT email, :password, full_name, status = 'active', status
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS seed (email text, full_name text, status text)
    ON CONFLICT (email) DO UPDATE
    SET hashed_password = excluded.hashed_password, full_name = excluded.full_name, is_active = excluded.is_active,
        account_status = excluded.account_status, updated_at = now()
    WHERE (old.hashed_password, old.full_name, old.is_active, old.account_status)
        IS DISTINCT FROM (excluded.hashed_password, excluded.full_name, excluded.is_active, excluded.account_status)
"""
_ROLES = """
    INSERT INTO user_roles (user_id, role_id)
    SELECT u.id, r.id
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS seed (email text, role text)
    JOIN users u ON u.email = seed.email
    JOIN roles r ON r.name = seed.role
    ON CONFLICT DO NOTHING
"""
_PROFILES = """
    INSERT INTO instructor_profiles AS old (user_id, bio, years_experience, areas_of_service,
        min_advance_booking_hours, buffer_time_minutes)
    SELECT u.id, seed.bio, seed.years, seed.areas, seed.advance, seed.buffer
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS seed (email text, bio text, years int, areas text[], advance int, buffer int)
    JOIN users u ON u.email = seed.email
    ON CONFLICT (user_id) DO UPDATE
    SET bio = excluded.bio, years_experience = excluded.years_experience,
        areas_of_service = excluded.areas_of_service,
        min_advance_booking_hours = excluded.min_advance_booking_hours,
        buffer_time_minutes = excluded.buffer_time_minutes, updated_at = now()
    WHERE (old.bio, old.years_experience, old.areas_of_service, old.min_advance_booking_hours,
            old.buffer_time_minutes)
        IS DISTINCT FROM (excluded.bio, excluded.years_experience, excluded.areas_of_service,
            excluded.min_advance_booking_hours, excluded.buffer_time_minutes)
"""
# An offering that somebody switched off stays off: without the anti-join the seeds would add an active twin.
_OFFERINGS = """
    INSERT INTO instructor_services AS old (instructor_profile_id, service_catalog_id, hourly_rate, description,
        duration_options, experience_level, levels_taught, age_groups, location_types)
    SELECT p.id, s.id, seed.rate, seed.description, seed.durations, seed.experience, seed.levels, seed.ages,
        seed.locations
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS seed (
        email text, service text, rate numeric, description text, durations int[], experience text, levels text[],
        ages text[], locations text[]
    )
    JOIN users u ON u.email = seed.email
    JOIN instructor_profiles p ON p.user_id = u.id
    JOIN service_catalog s ON s.slug = seed.service
    WHERE NOT EXISTS (
        SELECT FROM instructor_services o
        WHERE o.instructor_profile_id = p.id AND o.service_catalog_id = s.id AND NOT o.is_active
    )
    ON CONFLICT (instructor_profile_id, service_catalog_id) WHERE is_active DO UPDATE
    SET hourly_rate = excluded.hourly_rate, description = excluded.description,
        duration_options = excluded.duration_options, experience_level = excluded.experience_level,
        levels_taught = excluded.levels_taught, age_groups = excluded.age_groups,
        location_types = excluded.location_types, updated_at = now()
    WHERE (old.hourly_rate, old.description, old.duration_options, old.experience_level, old.levels_taught,
            old.age_groups, old.location_types)
        IS DISTINCT FROM (excluded.hourly_rate, excluded.description, excluded.duration_options,
            excluded.experience_level, excluded.levels_taught, excluded.age_groups, excluded.location_types)
"""
_SLOTS = """
    INSERT INTO availability_slots (instructor_id, specific_date, start_time, end_time)
    SELECT u.id, CAST(day AS date), slot.start, slot."end"
    FROM jsonb_to_recordset(CAST(:people AS jsonb)) AS seed (email text, pattern text)
    JOIN users u ON u.email = seed.email
    JOIN jsonb_to_recordset(CAST(:rows AS jsonb)) AS slot (pattern text, weekday int, start time, "end" time)
        ON slot.pattern = seed.pattern
    JOIN generate_series(CAST(:today AS date), date_trunc('week', CAST(:today AS date)) + 6 * interval '1 day'
        + :weeks * interval '1 week', interval '1 day') AS day
        ON extract(isodow FROM day) = slot.weekday + 1
    ON CONFLICT DO NOTHING
"""


def hash_password(password: str) -> str:
    """Return one bcrypt hash, always the same for a password.

    The password stands in the seed files for all to read, so neither a secret salt nor a slow hash would protect it;
    a fast one lets an account be signed in to, and a fixed one lets a second run find nothing to change.
    """
    salt = (
        b64encode(sha256(password.encode()).digest()[:16]).rstrip(b"=").translate(bytes.maketrans(_STANDARD, _BCRYPT))
    )
    return bcrypt.hashpw(password.encode(), b"$2b$04$" + salt).decode()


def write_users(connection: Connection, data: SeedData) -> int:
    """Insert new seed accounts and bring changed ones back to what the files say; return how many were written.

    Raises:
        SettingMismatch: An address of the seed files could be a real person's.
    """
    rows: list[Row] = [
        {"email": one.email, "full_name": one.full_name, "status": one.status} for one in data.instructors
    ]
    rows += [{"email": one.email, "full_name": one.full_name, "status": "active"} for one in data.students]
    strange = [row["email"] for row in rows if not row["email"].endswith(DOMAIN)]
    if strange:
        raise SettingMismatch(f"seed people need addresses at {DOMAIN[1:]}, which {strange[0]} is not")
    return merge(connection, _USERS, rows, password=hash_password(data.settings.password))


def write_user_roles(connection: Connection, data: SeedData) -> int:
    """Give each seed account the role that the files say."""
    rows: list[Row] = [{"email": one.email, "role": "instructor"} for one in data.instructors]
    rows += [{"email": one.email, "role": "admin" if one.admin else "student"} for one in data.students]
    return merge(connection, _ROLES, rows)


def write_profiles(connection: Connection, data: SeedData) -> int:
    """Insert and update the profiles of instructors."""
    return merge(
        connection,
        _PROFILES,
        [
            {
                "email": one.email,
                "bio": one.bio,
                "years": one.years_experience,
                "areas": one.areas,
                "advance": one.min_advance_booking_hours,
                "buffer": one.buffer_time_minutes,
            }
            for one in data.instructors
        ],
    )


def write_offerings(connection: Connection, data: SeedData) -> int:
    """Insert and update what instructors offer."""
    return merge(connection, _OFFERINGS, _offerings(data))


def _offerings(data: SeedData) -> Iterator[Row]:
    for one in data.instructors:
        for offering in one.services:
            yield {
                "email": one.email,
                "service": offering.service,
                "rate": offering.hourly_rate,
                "description": offering.description,
                "durations": offering.duration_options,
                "experience": offering.experience_level,
                "levels": offering.levels_taught,
                "ages": offering.age_groups,
                "locations": offering.location_types,
            }


def write_slots(connection: Connection, data: SeedData, today: date) -> int:
    """Open the slots of active instructors for the rest of this week and the weeks ahead."""
    people = [{"email": one.email, "pattern": one.availability} for one in bookable(data)]
    rows: list[Row] = [
        {"pattern": pattern.name, "weekday": slot.weekday, "start": slot.start, "end": slot.end}
        for pattern in data.patterns
        for slot in pattern.slots
    ]
    return merge(connection, _SLOTS, rows, people=json.dumps(people), today=today, weeks=data.settings.weeks_ahead)
