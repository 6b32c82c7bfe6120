"""What the database says of itself: two questions, of which a new connection is asked one, and what the answers mean.

The marker is bound to the database by its name, oid and the cluster's system identifier, so a clone, a restore or a
rename shows. ``pg_control_system()`` may be called by any role on PostgreSQL 9.6 to 18.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from tierguard.deciding.marker import Marker, NewerMarker, parse_marker
from tierguard.model import Tier

# One row, one column, one round trip, and every name qualified so that no search_path can answer for it. A cold backend
# spends its time planning, so catalogs are named by their fixed oids (1259 pg_class, 1262 pg_database, 2615
# pg_namespace), and what initdb made is told by its oid below 16384 (PostgreSQL manual, section 72.2.2). A table is a
# table, also an extension's: rows of the project may be in it.
QUERY: Final = """\
SELECT pg_catalog.json_build_object(
 'db', d.datname, 'oid', d.oid, 'control', pg_catalog.pg_control_system(),
 'marker', (SELECT c.description FROM pg_catalog.pg_description c
   WHERE c.objoid = pg_catalog.to_regnamespace('tierguard') AND c.classoid = 2615 AND c.objsubid = 0),
 'comments', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(o.datname, o.oid::pg_catalog.text, c.description))
   FROM pg_catalog.pg_shdescription c JOIN pg_catalog.pg_database o ON o.oid = c.objoid
   WHERE c.classoid = 1262 AND (c.description LIKE '%"tier"%' OR o.oid = d.oid)),
 'databases', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_database o
   WHERE o.datname NOT IN ('postgres', 'template0', 'template1')),
 'user', CURRENT_USER,
 'address', pg_catalog.host(pg_catalog.inet_server_addr()), 'port', pg_catalog.inet_server_port(),
 'version', pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
 'standby', pg_catalog.pg_is_in_recovery(),
 'empty', NOT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'f')
     AND c.relpersistence <> 't' AND c.relnamespace IS DISTINCT FROM pg_catalog.to_regnamespace('tierguard'))
)::pg_catalog.text FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
"""

# What differs between the databases of a cluster: enough where the marker is bound and the cluster is known. A backend
# that has just started plans it in half the time.
BRIEF: Final = """\
SELECT pg_catalog.json_build_object(
 'db', d.datname, 'oid', d.oid, 'control', pg_catalog.pg_control_system(),
 'marker', (SELECT c.description FROM pg_catalog.pg_description c
   WHERE c.objoid = pg_catalog.to_regnamespace('tierguard') AND c.classoid = 2615 AND c.objsubid = 0),
 'comment', (SELECT c.description FROM pg_catalog.pg_shdescription c WHERE c.objoid = d.oid AND c.classoid = 1262),
 'user', CURRENT_USER
)::pg_catalog.text FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
"""

_SHAPE: Final = {"db": str, "oid": str, "control": dict, "user": str}
_WHOLE: Final = {"version": int, "standby": bool, "empty": bool, "databases": int}
SERVERS_OWN: Final = frozenset({"postgres", "template0", "template1"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer. ``problem`` says why there is none, or why its marker cannot be read.

    An answer of :data:`BRIEF` knows neither ``address`` to ``empty`` nor the ``comments`` of other databases.
    """

    db: str = ""
    oid: str = ""
    sysid: str = ""
    user: str = ""
    address: str = ""
    port: int = 0
    version: int = 0
    standby: bool = False
    empty: bool = False
    marker: Marker | None = None
    comments: tuple[Marker, ...] = field(default=())  # of every database of the cluster
    unproven: bool = False  # some database of the cluster, the server's own left out, does not prove to be INT or STG
    commented: bool = True  # the marker stands in the database's comment too, where its cluster sees it
    problem: str = ""
    newer: bool = False  # the problem is a marker of a version that only a newer tierguard reads

    @property
    def bound(self) -> bool:
        """Return whether the marker was written for exactly this database of this cluster."""
        marker = self.marker
        return marker is not None and marker.is_of(self.db, self.oid, self.sysid)

    @property
    def is_prod(self) -> bool:
        """Return whether this is PROD itself, of any project and whatever it is called now, by either comment."""
        witnesses = (self.marker, *self.comments)
        return any(
            one and one.tier is Tier.PROD and (one.oid, one.sysid) == (self.oid, self.sysid) for one in witnesses
        )

    @property
    def is_servers_own(self) -> bool:
        """Return whether this database belongs to the server itself, or is a template: it is never marked."""
        return self.db == "postgres" or self.db.startswith("template")

    @property
    def cluster_holds_prod(self) -> bool:
        """Return whether any database of this cluster carries a PROD comment."""
        return any(comment.tier is Tier.PROD for comment in self.comments)

    def beside(self, known: Reading) -> Reading | None:
        """Return this brief answer with what an earlier one told of the cluster, or None where that is not enough."""
        if not self.bound or self.sysid != known.sysid:
            return None
        return replace(self, comments=known.comments, unproven=known.unproven)


@lru_cache(maxsize=64)  # every connection to a database is given the same answer, until something changes
def parse_reading(answer: str | None) -> Reading:
    """Turn an answer into a reading; one that cannot be understood carries its problem."""
    if not answer:
        return Reading(problem="the database gave no answer")
    try:
        row: Any = json.loads(answer)
    except (ValueError, RecursionError):
        return Reading(problem="the database's answer is not JSON")
    if not _is_answer(row) or not (sysid := _system_identifier(row)):
        return Reading(problem="the database's answer is not one to this question")
    comments = [[row["db"], row["oid"], row["comment"]]] if row.get("comment") else row.get("comments") or []
    known: dict[str, Any] = {
        "db": row["db"],
        "oid": row["oid"],
        "sysid": sysid,
        "user": row["user"],
        "address": row.get("address") or "",
        "port": row.get("port") or 0,
        **{key: row[key] for key in ("version", "standby", "empty") if key in row},
        "comments": _parse_comments(comments),
    }
    try:
        marker = parse_marker(row.get("marker"))
    except ValueError as error:
        return Reading(**known, problem=str(error), newer=isinstance(error, NewerMarker))
    own = [comment for name, _, comment in _each_comment(comments) if name == row["db"]]
    reading = Reading(**known, marker=_graver(marker, own), commented=marker is None or marker in own)
    return replace(reading, unproven=row.get("databases", 0) > _count_proven(reading, comments))


def _count_proven(reading: Reading, rows: list[list[str]]) -> int:
    """Return how many of the cluster's databases prove to be INT or STG, by the comments that were written for them."""
    proven = {
        name
        for name, oid, marker in _each_comment(rows)
        if marker.tier is not Tier.PROD and marker.is_of(name, oid, reading.sysid)
    }
    if reading.bound and reading.marker is not None:
        (proven.discard if reading.marker.tier is Tier.PROD else proven.add)(reading.db)
    return len(proven - SERVERS_OWN)


def _is_answer(row: Any) -> bool:
    """Return whether ``row`` has the shape that the query gives it; a proxy or a fake may answer anything."""
    return (
        isinstance(row, dict)
        and all(isinstance(row.get(key), kind) for key, kind in _SHAPE.items())
        and all(isinstance(row.get(key), kind) for key, kind in _WHOLE.items() if "comment" not in row or key in row)
        and all(isinstance(row.get(key), str | None) for key in ("marker", "comment"))
        and isinstance(row.get("comments") or [], list)
        and all(isinstance(one, list) and len(one) == len(("name", "oid", "text")) for one in row.get("comments") or [])
        and all(isinstance(part, str) for one in row.get("comments") or [] for part in one)
    )


def _system_identifier(row: dict[str, Any]) -> str:
    number = row["control"].get("system_identifier")
    return str(number) if isinstance(number, int) else ""


def _graver(marker: Marker | None, own: list[Marker]) -> Marker | None:
    """Return the marker of the higher tier: dropping the schema must not turn PROD into something else."""
    witnesses = [witness for witness in (marker, *own) if witness is not None]
    return max(witnesses, key=lambda witness: witness.tier.rank, default=None)


def _parse_comments(rows: list[list[str]]) -> tuple[Marker, ...]:
    """Return the cluster's markers, each under the name that its database has now."""
    return tuple(replace(marker, db=name) for name, _, marker in _each_comment(rows))


def _each_comment(rows: list[list[str]]) -> list[tuple[str, str, Marker]]:
    """Return the markers among the cluster's database comments; other people's comments are none of ours."""
    found = []
    for name, oid, text in rows:
        try:
            marker = parse_marker(text)
        except NewerMarker as newer:
            marker = newer.witness
        except ValueError:
            continue
        if marker is not None:
            found.append((name, oid, marker))
    return found
