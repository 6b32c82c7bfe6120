"""May this process use the database that it reached? One function over values; sync and async share it.

Unproven means PROD for a process on INT or STG. For a process that is entitled to PROD, proof is a finding, never an
outage: only a selected URL that proves to lead elsewhere is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from tierguard.deciding.derived import is_beside
from tierguard.model import Ceiling, Finding, Level, Tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.deciding.identity import Reading
    from tierguard.deciding.marker import Marker

BOUND: Final = "bound"
PINNED: Final = "pinned"
EMPTY: Final = "empty"
UNMARKED: Final = "unmarked"
COPY: Final = "copy"
UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. ``tier`` is what the database claims or counts as; ``mismatch`` says that it proved another tier."""

    allowed: bool
    proof: str
    tier: Tier | None
    rule: str = ""
    reason: str = ""
    hint: str = ""
    mismatch: bool = False
    stampable: bool = False

    @property
    def finding(self) -> Finding | None:
        """Return what a process that may go on should still say, or None."""
        if not self.rule:
            return None
        level = Level.WARNING if self.allowed else Level.ERROR
        return Finding(self.rule, level, self.reason, self.hint)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the judgement depends on beside the reading."""

    project: str
    ceiling: Ceiling
    selected: bool = True  # the connection is to the URL that this process chose
    external: bool = False  # the URL is of a database that is recorded, not judged
    tolerant: bool = False  # until the configured adopt_until date; not where a test run would empty it
    tests: bool = False  # the process is a test run
    server: bool = False  # it says that it is a production server, and did not ask for PROD
    asking: str = ""  # how a process asks for STG
    place: str = ""  # host:port of the connection, for people
    near: bool = False  # that is this machine
    commands: Mapping[Tier, str] = field(default_factory=dict)  # of each tier whose URL leads there: what stamps it
    variables: Mapping[Tier, str] = field(default_factory=dict)  # what each tier's URL is read from
    pinned: Tier | None = None  # the tier of a pin that names this very database
    beside_prod: bool = False  # a pin names a PROD in this database's cluster; its comments are in the reading
    made_here: bool = False  # this process created the database


_go = partial(Verdict, True)  # noqa: FBT003 - the two ends of every judgement, by name
_stop = partial(Verdict, False)  # noqa: FBT003


def judge(reading: Reading, case: Circumstances) -> Verdict:
    """Return whether a process in these circumstances may use the database of this reading."""
    if case.ceiling.tier is Tier.PROD:
        return _judge_entitled(reading, case)
    return _judge_limited(reading, case)


def _judge_entitled(reading: Reading, case: Circumstances) -> Verdict:
    marker, name = reading.marker, _name(reading, case)
    if reading.problem:
        return _go(UNREADABLE, None, "marker-unreadable", f"PROD{_at(case)} is not proven: {reading.problem}.")
    if marker is None:
        proof = PINNED if case.pinned is Tier.PROD else EMPTY if reading.empty else UNMARKED
        rule, reason = ("", "") if proof == PINNED else ("prod-unmarked", f"{name} does not say that it is PROD.")
        return _go(proof, case.pinned, rule, reason, _advise(Tier.PROD, case) if rule else "")
    proof = BOUND if reading.bound else COPY
    if marker.tier is not Tier.PROD:
        reason = f"{name} says that it is {marker.tier.label} of {marker.project}, but PROD was selected."
        if case.selected:
            hint = "Check the URL of PROD: nothing was run."
            return _stop(proof, marker.tier, "not-prod", reason, hint, mismatch=True)
        hint = (
            f"What runs here runs on {marker.tier.label}, not on PROD: the program took a URL of its own. "
            f"PROD's{_variable(Tier.PROD, case)} is tierguard.resolve().url."
        )
        return _go(proof, marker.tier, "not-prod", reason, hint, mismatch=True)
    if proof == COPY:
        reason = f"{name} carries the PROD marker of another database ({_origin(reading)})."
        return _go(COPY, Tier.PROD, "prod-rebound", reason, _advise(Tier.PROD, case))
    if marker.project != case.project:
        return _go(BOUND, Tier.PROD, "other-project", f"{name} is PROD of {marker.project}.")
    if not reading.commented:
        reason = f"{name} is PROD, but its database comment does not say so, so its neighbours cannot see that."
        return _go(BOUND, Tier.PROD, "comment-missing", reason, _advise(Tier.PROD, case, sure=True))
    return _go(BOUND, Tier.PROD)


def _judge_limited(reading: Reading, case: Circumstances) -> Verdict:
    ceiling, marker, name = case.ceiling.tier, reading.marker, _name(reading, case)
    if case.pinned and case.pinned.rank > ceiling.rank:
        return _refuse_higher(reading, PINNED, case.pinned, case)
    if case.external and not reading.is_prod and (marker is None or marker.project != case.project):
        return _go(UNREADABLE if reading.problem else UNMARKED, None)  # somebody else's; ours, and PROD, stay judged
    if reading.problem:
        reason = f"The database{_at(case)} does not prove its tier: {reading.problem}."
        return _stop(UNREADABLE, None, "marker-unreadable", reason, "Unproven counts as PROD.")
    if marker is None:
        return _judge_unmarked(reading, case)
    if not reading.bound and marker.tier is Tier.PROD:
        what = f"PROD, renamed from {marker.db}" if reading.is_prod else f"a copy of PROD ({_origin(reading)})"
        hint = _advise(Tier.PROD if reading.is_prod else ceiling, case)
        reason = f"{name} is {what}: PROD's data under another name."
        return _stop(COPY, Tier.PROD, "copy-of-prod", reason, hint, mismatch=True)
    proof = BOUND if reading.bound else COPY
    if marker.project != case.project:
        reason = f"{name} belongs to another project, {marker.project}."
        return _stop(proof, marker.tier, "other-project", reason, "Check the URL.", mismatch=True)
    if marker.tier.rank > ceiling.rank:
        return _refuse_higher(reading, proof, marker.tier, case)
    if proof == COPY:
        return _judge_lower_copy(reading, marker, case)
    if case.selected and marker.tier is not ceiling:
        reason = f"{ceiling.label}'s URL leads to {name}, which says that it is {marker.tier.label}."
        hint = f"{_advise(ceiling, case)}. Else give {ceiling.label} a database of its own."
        return _go(BOUND, marker.tier, "lower-tier", reason, hint)
    return _go(BOUND, marker.tier)


def _judge_lower_copy(reading: Reading, marker: Marker, case: Circumstances) -> Verdict:
    if not case.selected and is_beside(reading.db, marker.db):
        return _go(COPY, marker.tier)  # a tool's own, about to be marked or dropped
    reason = f"{_name(reading, case)} is a copy of {marker.tier.label} ({_origin(reading)})."
    return _go(COPY, marker.tier, "copy-of-lower", reason, _advise(marker.tier, case))


def _judge_unmarked(reading: Reading, case: Circumstances) -> Verdict:
    ceiling, name = case.ceiling.tier, _name(reading, case)
    if case.pinned:
        return _go(PINNED, case.pinned)
    if case.made_here:
        return _go(EMPTY if reading.empty else UNMARKED, None, stampable=reading.empty)
    if reading.cluster_holds_prod or case.beside_prod:
        reason = f"{name} is unmarked, in a cluster that holds a PROD database, so it counts as PROD."
        hint = f"Give {ceiling.label} its own server."
        if not reading.is_servers_own:  # those are never stamped
            hint = f"{hint} {_advise(ceiling, case)}"
        return _stop(UNMARKED, Tier.PROD, "prod-cluster", reason, hint)
    if reading.is_servers_own and case.selected:
        return _judge_servers_own(reading, case)
    if reading.empty:
        return _go(EMPTY, None, stampable=True)
    reason = f"{name} holds data and does not say which tier it is."
    hint = _make_own(ceiling) if reading.is_servers_own else _advise(ceiling, case)
    if not case.tolerant:
        return _stop(UNMARKED, None, "unmarked", reason, hint)
    if not (case.near or reading.is_servers_own):
        hint = f"{_advise(Tier.PROD, case)} {hint}"  # that protects at once
    return _go(UNMARKED, None, "unmarked-tolerated", reason, hint)


def _judge_servers_own(reading: Reading, case: Circumstances) -> Verdict:
    """Judge the database that a server's image comes with: it is never marked, so it cannot be INT for long."""
    reason = f"{_name(reading, case)} is the server's own database, which is never marked."
    hint = _make_own(case.ceiling.tier)
    if reading.empty:
        hint = f"It is refused once it holds tables. {hint}"
        return _go(EMPTY, None, "maintenance-database", reason, hint, stampable=True)
    end = _go if case.tolerant else _stop
    return end(UNMARKED, None, "maintenance-database", f"{reason} It holds data.", hint)


def _refuse_higher(reading: Reading, proof: str, tier: Tier, case: Circumstances) -> Verdict:
    ceiling = case.ceiling.tier
    reason = f"{_name(reading, case)} is {tier.label}, and this process may use at most {ceiling.label}."
    if tier is Tier.PROD:
        hint = "Check the URL: nothing was run."
        if case.server:
            hint += " A server needs two settings for PROD; tierguard adopt lists them."
    elif case.tests:
        hint = f"Tests run on {ceiling.label}: let them connect to tierguard.resolve().url{_variable(ceiling, case)}."
    else:
        hint = f"Ask for {tier.label} if you mean it: {_way_to(tier, case)}."
    return _stop(proof, tier, f"above-{ceiling}", reason, hint, mismatch=True)


def _name(reading: Reading, case: Circumstances) -> str:
    return f"{reading.db}{_at(case)}"


def _at(case: Circumstances) -> str:
    return f" at {case.place}" if case.place else ""


def _variable(tier: Tier, case: Circumstances) -> str:
    return f" ({case.variables[tier]})" if case.variables.get(tier) else ""


def _way_to(tier: Tier, case: Circumstances) -> str:
    by_call = f'call tierguard.resolve("{tier}"), or name a flag for it in tool.tierguard.flags'
    return (case.asking if tier is Tier.STG else "") or by_call


def _origin(reading: Reading) -> str:
    marker = reading.marker
    if marker is None:
        return "unmarked"
    where = "this cluster" if marker.sysid == reading.sysid else "another cluster"
    return f"made from {marker.db} of {where}"


def _advise(tier: Tier, case: Circumstances, *, sure: bool = False) -> str:
    """Return what a person does to mark this very database as ``tier``: a command goes where a URL leads."""
    if tier in case.commands:
        return f"{'A' if sure else f'If it really is {tier.label}, a'} person types: {case.commands[tier]}"
    if tier is Tier.INT and Tier.STG in case.commands:
        asked = f"Then ask for STG: {_way_to(Tier.STG, case)}"
        return f"STG's URL leads to it. If it really is STG, a person types: {case.commands[Tier.STG]}. {asked}"
    first = f"let {tier.label}'s URL{_variable(tier, case)} lead to it; then a person types: tierguard stamp {tier}"
    return f"{first[0].upper()}{first[1:]}" if sure else f"If it really is {tier.label}, {first}"


def _make_own(tier: Tier) -> str:
    return (
        f"Create a database for the project and let {tier.label}'s URL lead to it; "
        "a CI service container makes one from POSTGRES_DB."
    )
