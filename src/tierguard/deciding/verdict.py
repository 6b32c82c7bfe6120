"""May this process use the database that it reached? One function over values; sync and async share it.

Unproven means PROD for a process on INT or STG. For a process that is entitled to PROD, proof is a finding, never an
outage: only a selected URL that proves to lead elsewhere is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tierguard.deciding.identity import SERVERS_OWN
from tierguard.model import Ceiling, Finding, Level, Tier

if TYPE_CHECKING:
    from tierguard.deciding.identity import Reading

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
    marker = reading.marker
    if reading.problem:
        return _go(UNREADABLE, None, "marker-unreadable", f"PROD is not proven: {reading.problem}.")
    if marker is None:
        proof = PINNED if case.pinned is Tier.PROD else EMPTY if reading.empty else UNMARKED
        rule, reason = ("", "") if proof == PINNED else ("prod-unmarked", f"{reading.db} does not say that it is PROD.")
        return _go(proof, case.pinned, rule, reason, _stamp_hint(Tier.PROD) if rule else "")
    proof = BOUND if reading.bound else COPY
    if marker.tier is not Tier.PROD:
        reason = f"{reading.db} says that it is {marker.tier.label} of {marker.project}, but PROD was selected."
        hint = f"Check the URL of PROD{': nothing was run' if case.selected else ''}."
        end = _stop if case.selected else _go
        return end(proof, marker.tier, "not-prod", reason, hint, mismatch=True)
    if proof == COPY:
        reason = f"{reading.db} carries the PROD marker of another database ({_origin(reading)})."
        return _go(COPY, Tier.PROD, "prod-rebound", reason, _stamp_hint(Tier.PROD))
    if marker.project != case.project:
        return _go(BOUND, Tier.PROD, "other-project", f"{reading.db} is PROD of {marker.project}.")
    if not reading.commented:
        reason = f"{reading.db} is PROD, but its database comment does not say so, so its neighbours cannot know."
        return _go(BOUND, Tier.PROD, "comment-missing", reason, f"A person types: tierguard stamp {Tier.PROD}")
    return _go(BOUND, Tier.PROD)


def _judge_limited(reading: Reading, case: Circumstances) -> Verdict:
    ceiling, marker = case.ceiling.tier, reading.marker
    if case.pinned and case.pinned.rank > ceiling.rank:
        return _refuse_higher(reading, PINNED, case.pinned, case)
    if case.external and not reading.is_prod and (marker is None or marker.project != case.project):
        return _go(UNREADABLE if reading.problem else UNMARKED, None)  # somebody else's; ours, and PROD, stay judged
    if reading.problem:
        reason = f"The database does not prove its tier: {reading.problem}."
        return _stop(UNREADABLE, None, "marker-unreadable", reason, "Unproven counts as PROD.")
    if marker is None:
        return _judge_unmarked(reading, case)
    if not reading.bound and marker.tier is Tier.PROD:
        what = f"PROD, renamed from {marker.db}" if reading.is_prod else f"a copy of PROD ({_origin(reading)})"
        hint = _stamp_hint(Tier.PROD if reading.is_prod else ceiling)
        reason = f"{reading.db} is {what}: PROD's data under another name."
        return _stop(COPY, Tier.PROD, "copy-of-prod", reason, hint, mismatch=True)
    proof = BOUND if reading.bound else COPY
    if marker.project != case.project:
        reason = f"{reading.db} belongs to another project, {marker.project}."
        return _stop(proof, marker.tier, "other-project", reason, "Check the URL.", mismatch=True)
    if marker.tier.rank > ceiling.rank:
        return _refuse_higher(reading, proof, marker.tier, case)
    if proof == COPY:
        reason = f"{reading.db} is a copy of {marker.tier.label} ({_origin(reading)})."
        return _go(COPY, marker.tier, "copy-of-lower", reason, _stamp_hint(marker.tier))
    if case.selected and marker.tier is not ceiling:
        reason = f"{ceiling.label}'s URL leads to {reading.db}, which says that it is {marker.tier.label}."
        return _go(BOUND, marker.tier, "lower-tier", reason, f"Give {ceiling.label} a database of its own.")
    return _go(BOUND, marker.tier)


def _judge_unmarked(reading: Reading, case: Circumstances) -> Verdict:
    ceiling = case.ceiling.tier
    if case.pinned:
        return _go(PINNED, case.pinned)
    if case.made_here:
        return _go(EMPTY if reading.empty else UNMARKED, None, stampable=reading.empty)
    if reading.cluster_holds_prod or case.beside_prod:
        reason = f"{reading.db} is unmarked, in a cluster that holds a PROD database, so it counts as PROD."
        hint = f"Give {ceiling.label} a server of its own."
        if reading.db not in SERVERS_OWN:  # those are never stamped
            hint = f"{hint} {_stamp_hint(ceiling, selected=case.selected)}"
        return _stop(UNMARKED, Tier.PROD, "prod-cluster", reason, hint)
    if reading.empty:
        return _go(EMPTY, None, stampable=True)
    reason = f"{reading.db} holds data and does not say which tier it is."
    hint = _stamp_hint(ceiling, selected=case.selected)
    if case.tolerant:
        hint = f"If it is PROD, mark that first: tierguard stamp prod. {hint}"
        return _go(UNMARKED, None, "unmarked-tolerated", reason, hint)
    return _stop(UNMARKED, None, "unmarked", reason, hint)


def _refuse_higher(reading: Reading, proof: str, tier: Tier, case: Circumstances) -> Verdict:
    ceiling = case.ceiling.tier
    reason = f"{reading.db} is {tier.label}, and this process may use at most {ceiling.label}."
    if tier is Tier.PROD:
        hint = "Check the URL: nothing was run."
        if case.server:
            hint += " A server needs two settings for PROD; tierguard adopt lists them."
    elif case.tests:
        hint = f"Tests run on {ceiling.label}: give them its URL."
    else:
        hint = f"Ask for {tier.label} if you mean it{case.asking and f': {case.asking}'}."
    return _stop(proof, tier, f"above-{ceiling}", reason, hint, mismatch=True)


def _origin(reading: Reading) -> str:
    marker = reading.marker
    if marker is None:
        return "unmarked"
    where = "this cluster" if marker.sysid == reading.sysid else "another cluster"
    return f"made from {marker.db} of {where}"


def _stamp_hint(tier: Tier, *, selected: bool = True) -> str:
    first = "" if selected else f"let {tier.label}'s URL lead to it; then "
    return f"If it really is {tier.label}, {first}a person types: tierguard stamp {tier}"
