"""``prep_db.py [int|stg|prod]``: create, migrate, seed, embed, analyse.

INT is reset first. STG keeps its data: it is created or upgraded. PROD is upgraded and gets reference data only.
Everything after the creation happens in one transaction, so an interrupt or a failure leaves the database as it was.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import click

import tierguard
from app.core.config import ROOT
from app.ops.screen import Screen
from app.ops.work import one_line, transaction
from tierguard import tools
from tierguard.model import Operation, Target, Tier

STEPS = ("Create the database", "Migrate", "Seed", "Embed", "Analyse")


@dataclass
class Report:
    """What was done, for ``--json`` and the summary."""

    target: Target
    created: bool = False
    dropped: int = 0
    revision: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    embedded: int = 0
    analysed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        return {
            "tier": self.target.tier.value,
            "database": self.target.database,
            "created": self.created,
            "dropped": self.dropped,
            "revision": self.revision,
            "rows": self.rows,
            "embedded": self.embedded,
            "analysed": self.analysed,
            "seconds": self.seconds,
        }


@click.command("prep_db", help="Prepare a database: int (default), stg or prod.")
@click.argument("database", required=False)
@click.option("--dry-run", is_flag=True, help="Print the plan and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(database: str | None, dry_run: bool, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Prepare the database that the argument, else the flags, name."""
    if dry_run:
        _show_plan(database, as_json=as_json)
        return
    from app.ops import pipeline

    target = tierguard.resolve(database, root=ROOT)
    data = pipeline.read_seeds()
    screen = Screen(target, STEPS, quiet=as_json)
    with screen:
        report = prepare(target, data, screen)
    screen.summarise(report.as_dict(), as_json=as_json)


def plan(tier: Tier) -> tuple[str, ...]:
    """Return what preparing ``tier`` does, step by step."""
    return {
        Tier.INT: (
            "create the database if it is missing",
            "drop everything in it, then migrate to head",
            "seed everything",
            "embed every service",
            "calculate analytics",
        ),
        Tier.STG: (
            "create the database if it is missing",
            "migrate to head, keeping the data",
            "seed what is missing, keeping the data",
            "embed services whose text changed",
            "calculate analytics",
        ),
        Tier.PROD: (
            "create nothing: PROD must exist",
            "migrate to head",
            "seed reference data only (roles, categories, services)",
            "embed services whose text changed",
            "calculate analytics",
        ),
    }[tier]


def prepare(target: Target, data: Any, screen: Screen) -> Report:
    """Run the five steps on ``target``."""
    from app.ops import pipeline

    report = Report(target)
    with _timed(report, screen, 0):
        report.created = tools.ensure_database(target)
    with _authorized(target) as grants, transaction(target) as connection:
        with _timed(report, screen, 1, grants["migrate"]):
            if target.tier is Tier.INT:
                report.dropped = pipeline.reset(connection)
            report.revision = pipeline.migrate(connection)
        with _timed(report, screen, 2, grants["seed"]):
            report.rows = pipeline.seed(connection, data, reference_only=target.tier is Tier.PROD)
            grants["seed"].rows = sum(report.rows.values())
        with _timed(report, screen, 3, grants["seed"]):
            report.embedded = pipeline.embed(connection, screen.progress(3))
        with _timed(report, screen, 4, grants["seed"]):
            report.analysed = pipeline.analyse(connection)
        screen.note("Committing")
    return report


@contextmanager
def _authorized(target: Target) -> Iterator[dict[str, Any]]:
    """Hold the permissions for all steps; a person on PROD types the target's name once, for the whole plan."""
    wanted = [Operation.MIGRATE, Operation.SEED]
    if target.tier is Tier.INT:
        wanted.insert(0, Operation.RESET)
    text = "\n".join(plan(target.tier))
    with ExitStack() as stack:
        yield {
            operation.value: stack.enter_context(
                tierguard.authorize(operation, target=target, plan=text, reference_only=target.tier is Tier.PROD)
            )
            for operation in wanted
        }


@contextmanager
def _timed(report: Report, screen: Screen, step: int, grant: Any = None) -> Iterator[None]:
    started = time.perf_counter()
    if grant is not None:
        grant.record_step(STEPS[step])
    screen.start(step)
    with one_line(STEPS[step]):
        yield
    report.seconds[STEPS[step]] = round(time.perf_counter() - started, 3)
    screen.finish(step)


def _show_plan(database: str | None, *, as_json: bool) -> None:
    """Print the plan without connecting, asking or recording."""
    from tierguard.errors import SettingMismatch

    choice = tools.explain(database, root=ROOT)
    if choice.tier is None:
        raise SettingMismatch(choice.reason, hint=choice.hint, rule=choice.rule)
    steps = plan(choice.tier)
    if as_json:
        told = {"tier": choice.tier, "outcome": choice.outcome, "rule": choice.rule, "plan": steps}
        tools.print_json(told, indent=None)
        return
    tools.say(f"{choice.outcome}: {choice.reason} ({choice.rule}). Nothing is changed. The plan:", tier=choice.tier)
    for number, step in enumerate(steps, 1):
        tools.say(f"  {number}. {step}")
