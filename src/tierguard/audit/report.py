"""Who touched a tier, when, why, and who was refused how often."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tierguard.audit.reading import Record

_REFUSED = frozenset({"refuse", "refused", "deny", "denied"})


@dataclass(slots=True)
class Person:
    """What one user did on one host as one kind of actor."""

    user: str
    host: str
    kind: str
    allowed: int = 0
    refused: int = 0
    first: str = ""
    last: str = ""
    operations: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """The people who touched ``tier``, most refused first, then most active."""

    tier: str
    people: tuple[Person, ...]

    @property
    def allowed(self) -> int:
        """Return how many attempts were not refused."""
        return sum(person.allowed for person in self.people)

    @property
    def refused(self) -> int:
        """Return how many attempts were refused."""
        return sum(person.refused for person in self.people)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        people = [asdict(person) for person in self.people]
        return {"tier": self.tier, "allowed": self.allowed, "refused": self.refused, "people": people}


def summarise(records: Iterable[Record], tier: str) -> Report:
    """Return who did what on ``tier``; a record that counts repeats weighs as much as it counts."""
    people: dict[tuple[str, str, str], Person] = {}
    for record in records:
        if record.data.get("tier") != tier:
            continue
        user = record.actor("user") or (f"uid {uid}" if (uid := record.actor("uid")) else "unknown")
        key = (user, str(record.data.get("host", "")), record.actor("kind") or "unknown")
        _add(people.setdefault(key, Person(*key)), record)
    order = sorted(people.values(), key=lambda person: (-person.refused, -person.allowed, person.user, person.host))
    return Report(tier, tuple(order))


def _add(person: Person, record: Record) -> None:
    detail = record.data.get("detail")
    repeated = detail.get("repeated") if isinstance(detail, dict) else None
    weight = repeated if isinstance(repeated, int) and repeated > 0 else 1
    if str(record.data.get("decision", "")) in _REFUSED:
        person.refused += weight
    else:
        person.allowed += weight
    person.first = min(person.first or record.ts, record.ts)
    person.last = max(person.last, record.ts)
    operation = str(record.data.get("operation") or record.data.get("event") or "")
    person.operations[operation] = person.operations.get(operation, 0) + weight
    if reason := str(record.data.get("reason", "")):
        person.reasons[reason] = person.reasons.get(reason, 0) + weight


def render_text(report: Report) -> str:
    """Return the report for a terminal or a mail."""
    lines = [_headline(report)]
    for person in report.people:
        lines += [
            "",
            f"{_name(person)}: {person.allowed} allowed, {person.refused} refused",
            f"  from {person.first} to {person.last}",
            f"  did: {_counts(person.operations)}",
            *(f"  why: {reason} ({count})" for reason, count in _most(person.reasons)),
        ]
    return "\n".join(lines)


def render_markdown(report: Report) -> str:
    """Return the report as a Markdown table."""
    lines = [
        f"# Who touched {report.tier.upper()}",
        "",
        _headline(report),
        "",
        "| who | allowed | refused | first | last | did | why |",
        "|---|---|---|---|---|---|---|",
    ]
    for person in report.people:
        why = "; ".join(reason for reason, _ in _most(person.reasons))
        cells = (
            _name(person),
            person.allowed,
            person.refused,
            person.first,
            person.last,
            _counts(person.operations),
            why,
        )
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines)


def _headline(report: Report) -> str:
    return f"{report.tier.upper()}: {report.allowed} allowed, {report.refused} refused, {len(report.people)} actors"


def _name(person: Person) -> str:
    return f"{person.user}@{person.host or 'unknown'} ({person.kind})"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in _most(counts))


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
