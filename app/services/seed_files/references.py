"""What no single entry can know: doubles, names that lead nowhere, and hours that contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.services.seed_files.problems import Problem, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import time

    from app.services.seed_files.checking import Placed
    from app.services.seed_files.schema import InstructorEntry, PatternEntry, ServiceEntry


def find_doubles(key: str, *groups: Sequence[Placed[Any]]) -> Iterator[Problem]:
    """Report every entry whose ``key`` an earlier entry already has, across all groups."""
    first: dict[str, Placed[Any]] = {}
    for placed in (placed for group in groups for placed in group):
        value = getattr(placed.entry, key)
        earlier = first.setdefault(value, placed)
        if earlier is not placed:
            where = f"{earlier.tree.file}:{earlier.tree.line((*earlier.path, key))}"
            yield placed.report(f"{key} {quote(value)} is already used at {where}; it must be unique", key)


def find_dangling(
    kind: str, name: str, known: Collection[str] | None, placed: Placed[Any], *path: str | int
) -> Iterator[Problem]:
    """Report a name that leads nowhere; ``known`` is None when the file that would tell is broken."""
    if known is not None and name not in known:
        at = placed.report(f"there is no {kind} {quote(name)}", *path)
        yield Problem(at.file, at.line, at.text, name, known)


def check_services(services: Sequence[Placed[ServiceEntry]], known: Collection[str] | None) -> Iterator[Problem]:
    """Report related services that do not exist, and a service related to itself."""
    for placed in services:
        for index, name in enumerate(placed.entry.related):
            if name == placed.entry.slug:
                yield placed.report("a service must not be related to itself", "related", index)
            yield from find_dangling("service", name, known, placed, "related", index)


def check_instructors(
    instructors: Sequence[Placed[InstructorEntry]],
    services: dict[str, bool | None] | None,
    patterns: Collection[str] | None,
) -> Iterator[Problem]:
    """Report unknown patterns and services, and offerings that double or cannot be held.

    ``services`` maps a slug to whether it can be taught online, or to None when its entry is broken.
    """
    for placed in instructors:
        yield from find_dangling("availability pattern", placed.entry.availability, patterns, placed, "availability")
        offered: set[str] = set()
        for index, offering in enumerate(placed.entry.services):
            name = offering.service
            yield from find_dangling("service", name, services, placed, "services", index, "service")
            if name in offered:
                text = f"service {quote(name)} is offered twice by this instructor; once is allowed"
                yield placed.report(text, "services", index, "service")
            offered.add(name)
            if "online" in offering.location_types and services is not None and services.get(name) is False:
                text = f"service {quote(name)} is not online_capable, so only in-person is allowed"
                yield placed.report(text, "services", index, "location_types")


def check_patterns(patterns: Sequence[Placed[PatternEntry]]) -> Iterator[Problem]:
    """Report slots that end before they start, and slots that overlap on a weekday."""
    for placed in patterns:
        taken: list[tuple[int, time, time]] = []
        for index, slot in enumerate(placed.entry.slots):
            if slot.end <= slot.start:
                text = f"end {slot.end:%H:%M} must be after start {slot.start:%H:%M}"
                yield placed.report(text, "slots", index, "end")
            for day in slot.days:
                if any(day == other and slot.start < end and start < slot.end for other, start, end in taken):
                    yield placed.report("this slot overlaps an earlier one on the same day", "slots", index)
                taken.append((day, slot.start, slot.end))
