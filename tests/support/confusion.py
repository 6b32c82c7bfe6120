"""What a classifier makes of the fixtures: what leaks through it, and what it holds up for nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tierguard.model import Operation
from tierguard.statements.effects import GRAVITY, Hold

GRAVE = frozenset({Operation.BULK_WRITE, Operation.DESTROY, Operation.ADMIN, Operation.DROP_DATABASE})
LIGHT = frozenset({Operation.READ, Operation.WRITE})


@dataclass(frozen=True, slots=True)
class Confusion:
    """Sentences about statements that were judged otherwise than expected.

    Attributes:
        total: how many statements were judged.
        leaks: judged less grave than they are.
        blocked: reads that were judged to be more.
        others: what else is not as expected.
    """

    total: int
    leaks: tuple[str, ...]
    blocked: tuple[str, ...]
    others: tuple[str, ...]

    def __str__(self):
        parts = [
            f"{self.total} statements judged",
            f"{len(self.leaks)} leaks, {len(self.blocked)} reads blocked, {len(self.others)} otherwise wrong",
        ]
        for what in ("leaks", "blocked", "others"):
            parts += [f"  {what}: {sentence}" for sentence in getattr(self, what)]
        return "\n".join(parts)

    def __bool__(self):
        return bool(self.leaks or self.blocked or self.others)


def confuse(fixtures, classify):
    """Judge every fixture and return where the verdicts are not the expected ones."""
    leaks, blocked, others = [], [], []
    for fixture in fixtures:
        effects = classify(fixture.sql)
        judged = effects.gravest
        said = f"{fixture}: judged {judged}, not {' or '.join(fixture.operations)}"
        if judged not in fixture.operations:
            if GRAVITY.index(judged) < min(map(GRAVITY.index, fixture.operations)):
                leaks.append(said)
            elif fixture.operations == (Operation.READ,):
                blocked.append(said)
            else:
                others.append(said)
        others += [f"{fixture}: {detail}" for detail in details(fixture, effects)]
    return Confusion(len(fixtures), tuple(leaks), tuple(blocked), tuple(others))


def details(fixture, effects):
    """Yield what beside the operation is not as the fixture says."""
    acts, flags = effects.acts, fixture.flags
    light = fixture.operations in {(Operation.READ,), (Operation.WRITE,)}
    said = {
        "every_row": effects.every_row,
        "loosens": any(act.loosens for act in acts),
        "temporary": all(act.temporary for act in acts),
    }
    yield from (f"not {flag}" for flag, value in said.items() if flag in flags and not value)
    yield from (f"said to be {flag}" for flag in ("every_row", "loosens") if light and flag not in flags and said[flag])
    holds = {act.hold for act in acts}
    missing = {Hold(one) for one in flags & {"exclusive", "alone", "beyond"}} - holds
    if missing or (fixture.operations == (Operation.READ,) and holds - {Hold.TRANSACTION}):
        yield f"held as {', '.join(holds)}, not {', '.join(missing) or Hold.TRANSACTION}"
    for what in ("writes", "reads", "creates"):
        named = {name for act in acts for name in getattr(act, what)}
        if fixture.names(what) - named:
            yield f"{what} {sorted(fixture.names(what))}, not {sorted(named)}"
