"""What this process's statements may do to the databases beside the one that it is connected to.

A statement is read by :mod:`tierguard.statements`; each database that it names is then asked who it is, over a short
connection of tierguard's own, and judged before anything is sent.
"""

from __future__ import annotations

import importlib
import json
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from tierguard.deciding.identity import QUERY, Reading, parse_reading
from tierguard.deciding.marker import parse_marker
from tierguard.deciding.victim import Standing, judge_victim
from tierguard.statements.claims import Claim, Kind
from tierguard.statements.scanner import OWN
from tierguard.text import masking
from tierguard.text.quoting import quote_literal
from tierguard.text.sealed import SealedTexts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tierguard.model import Tier
    from tierguard.ports import Inspector

    Dial = Callable[[], Mapping[str, str]]

_TEMPLATES: Final = frozenset({"template0", "template1"})
_OF_A_DATABASE: Final = """\
SELECT pg_catalog.json_build_array(d.oid::pg_catalog.text,
 pg_catalog.shobj_description(d.oid, 'pg_database'))::pg_catalog.text
FROM pg_catalog.pg_database d WHERE d.datname = """
_OF_A_ROLE: Final = "SELECT '' FROM pg_catalog.pg_roles r WHERE r.rolname = "
_UNREADABLE: Final = "Write the name out."
_APART: Final = "Leave that to a person. Better: give PROD its own server."
_FINAL: Final = "From INT or STG no statement may name PROD's database, or another project's."
_ENDING: Final = "Name the database: ... FROM pg_stat_activity WHERE datname = current_database() AND pid = ..."
_INSPECTOR: Final = "tierguard.databases.inspection"  # named, not imported: it stands above, and brings a driver


def load_inspector() -> Inspector:
    """Return what connects to other databases."""
    return cast("Inspector", importlib.import_module(_INSPECTOR))


class Scene(NamedTuple):
    """A connection whose statement is looked at."""

    reading: Reading  # what its database said
    standing: Standing  # what its cluster holds
    project: str
    find_pinned: Callable[[Reading], Tier | None]
    dial: Dial  # returns libpq's keywords of the connection, with its password


class Objection(NamedTuple):
    """Why a statement may not go on, and what a person may do."""

    reason: str
    hint: str


@dataclass
class Neighbours:
    """The databases and roles of this process's servers. Remembers which of them the process made itself."""

    inspector: Inspector | None = field(default=None, repr=False)
    _made: set[tuple[str, Kind, str]] = field(default_factory=set, init=False)

    def made(self, reading: Reading) -> bool:
        """Return whether this process created the database of this reading."""
        return (reading.sysid, Kind.DATABASE, reading.db) in self._made

    def find_objection(self, claims: Iterable[Claim], scene: Scene) -> tuple[Claim, Objection] | None:
        """Return the first claim that speaks against a statement, and why; None lets it go on."""
        creations = {Kind.NEW_DATABASE, Kind.NEW_ROLE}
        for claim in claims:
            objection = self._object(claim, scene) if claim.kind not in creations else None
            if objection is not None:
                return claim, objection
        for claim in claims:
            if claim.kind in creations:
                self._expect(claim, scene)
        return None

    def _object(self, claim: Claim, scene: Scene) -> Objection | None:
        if claim.kind is Kind.DATABASE:
            return self._object_to(claim.name, claim.act, scene)
        if scene.standing is not Standing.PROD:
            return None  # nobody knows of a PROD that it could harm
        if claim.kind is Kind.ROLE:
            made = (scene.reading.sysid, Kind.ROLE, claim.name) in self._made
            return None if made else Objection(f"{claim.name or 'every role'} may be a role that PROD needs", _APART)
        if claim.session:
            return Objection("a session that is not this process's own may be PROD's", _ENDING)
        if claim.kind is Kind.SESSIONS:
            return self._object_to(claim.name, claim.act, scene)
        return Objection("this would reach the whole server, which holds PROD", _APART)

    def _object_to(self, name: str, act: str, scene: Scene) -> Objection | None:
        """Ask the named database who it is, and return what speaks against touching it."""
        here = scene.reading
        if not name:
            return Objection(
                "which database this is cannot be read from the statement, so it counts as PROD", _UNREADABLE
            )
        if name in _TEMPLATES or name in {OWN, here.db}:
            return None
        dial = SealedTexts(scene.dial())
        reading = self._ask(name, here, dial)
        if reading is None:  # it is not there: the server says so itself, or IF EXISTS applies
            return None
        if self.made(reading) and not reading.is_prod:  # PROD itself never was this process's own, whatever its name
            reading = Reading(db=name, sysid=here.sysid, empty=True)
        found = judge_victim(reading, scene.project, scene.find_pinned(reading))
        return Objection(found.reason, _FINAL if found.final else _advise(name, act, dial)) if found else None

    def _ask(self, name: str, here: Reading, dial: Mapping[str, str]) -> Reading | None:
        """Return what the database says, or what its cluster says where it lets nobody in; None if it is not there."""
        inspector = self._load()
        try:
            return parse_reading(inspector.ask(dial, name, QUERY))
        except ConnectionError as error:
            closed = Reading(db=name, sysid=here.sysid, problem=masking.mask(str(error)))
        try:
            known = inspector.ask(dial, here.db, _OF_A_DATABASE + quote_literal(name))
        except ConnectionError:
            return closed
        return None if known is None else _by_comment(closed, *json.loads(known))

    def _expect(self, claim: Claim, scene: Scene) -> None:
        """Remember what the statement will make, if it is not there yet: a statement that fails makes nothing."""
        database = claim.kind is Kind.NEW_DATABASE
        kind, question = (Kind.DATABASE, _OF_A_DATABASE) if database else (Kind.ROLE, _OF_A_ROLE)
        try:
            there = self._load().ask(SealedTexts(scene.dial()), scene.reading.db, question + quote_literal(claim.name))
        except ConnectionError:
            return
        if there is None:
            self._made.add((scene.reading.sysid, kind, claim.name))

    def _load(self) -> Inspector:
        if self.inspector is None:
            self.inspector = load_inspector()
        return self.inspector


def _by_comment(closed: Reading, oid: str, comment: str | None) -> Reading:
    """Return the reading of a database that lets nobody in, by the comment that its cluster shows."""
    try:
        marker = parse_marker(comment)
    except ValueError:
        return closed
    if marker is None or not marker.is_of(closed.db, oid, closed.sysid):
        return closed
    return Reading(db=closed.db, oid=oid, sysid=closed.sysid, marker=marker)


def _advise(name: str, act: str, dial: Mapping[str, str]) -> str:
    if act != "drop":
        return f"If {name} is INT or STG, a person stamps it; else a person does this in psql."
    places = [
        part
        for flag, key in (("-h", "host"), ("-p", "port"), ("-U", "user"))
        if dial.get(key)
        for part in (flag, dial[key])
    ]
    return f"If it may go, a person types: {shlex.join(['dropdb', *places, name])}"
