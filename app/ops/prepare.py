"""``prep_db.py [int|stg|prod]``: create, migrate, seed, embed, analyse.

INT and STG are built anew beside the old database, which the new one then replaces and which ``tierguard undo`` brings
back. ``--keep`` upgrades the database that is there instead and adds what is missing, in one transaction; so does PROD,
with reference data only. An interrupt or a failure leaves the database as it was.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import click

import tierguard
from app.core.project import ROOT
from app.ops import recipe
from app.ops.screen import Screen
from tierguard import tools
from tierguard.model import Operation, Target, Tier

CREATE, MIGRATE, SEED, EMBED, ANALYSE, SWAP = "Create the database", "Migrate", "Seed", "Embed", "Analyse", "Swap"
UPGRADE = (CREATE, MIGRATE, SEED, EMBED, ANALYSE)
REBUILD = (*UPGRADE, SWAP)


@dataclass
class Content:
    """What the steps put into a database; a prepared copy remembers it."""

    revision: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    embedded: int = 0
    analysed: int = 0


@dataclass
class Report:
    """What was done, for ``--json`` and the summary."""

    target: Target
    created: bool = False
    prepared: bool = False
    snapshot: str = ""
    content: Content = field(default_factory=Content)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        return {
            "tier": self.target.tier.value,
            "database": self.target.database,
            "created": self.created,
            "prepared": self.prepared,
            "snapshot": self.snapshot,
            **asdict(self.content),
            "seconds": self.seconds,
        }


@click.command("prep_db", help="Prepare a database: int (default), stg or prod. INT and STG are reset.")
@click.argument("database", required=False)
@click.option("--keep", is_flag=True, help="Upgrade and add what is missing; keep the data.")
@click.option("--fresh", is_flag=True, help="Rebuild it instead of copying the one prepared earlier.")
@click.option("--dry-run", is_flag=True, help="Print the plan and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(database: str | None, keep: bool, fresh: bool, dry_run: bool, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Prepare the database that the argument, else the flags, name."""
    run(database, keep=keep, fresh=fresh, dry_run=dry_run, as_json=as_json)


def run(database: str | None, *, keep: bool, fresh: bool = False, dry_run: bool, as_json: bool) -> None:
    """Prepare a database and show it, or show the plan alone."""
    if dry_run:
        _show_plan(database, keep=keep, fresh=fresh, as_json=as_json)
        return
    target = tierguard.resolve(database, root=ROOT)
    with Screen(target, quiet=as_json) as screen:
        report = prepare(target, screen, keep=keep, fresh=fresh)
    screen.summarise(report.as_dict(), as_json=as_json)


def plan(tier: Tier, *, keep: bool = False, fresh: bool = False) -> tuple[str, ...]:
    """Return what preparing ``tier`` does, step by step."""
    if tier is Tier.PROD:
        return (
            "create nothing: PROD must exist",
            "migrate to head",
            "seed reference data only (roles, categories, services)",
            "embed services whose text changed",
            "calculate analytics",
        )
    if keep:
        return (
            "create the database if it is missing",
            "migrate to head, keeping the data",
            "seed what is missing, keeping the data",
            "embed services whose text changed",
            "calculate analytics",
        )
    prepared = "" if fresh else ", or copy the one prepared earlier from the same files and skip 2 to 4"
    return (
        f"create a new database beside the old one{prepared}",
        "migrate it to head",
        "seed everything",
        "embed every service, and calculate analytics",
        f"let it take the place of the old one, which tierguard undo {tier} brings back",
    )


def prepare(target: Target, screen: Screen, *, keep: bool = False, fresh: bool = False) -> Report:
    """Bring ``target`` to the newest migration with all its data: anew, or with ``keep`` and on PROD as it is."""
    report = Report(target)
    if keep or target.tier is Tier.PROD:
        _upgrade(report, screen)
    else:
        _rebuild(report, screen, fresh=fresh)
    return report


def _rebuild(report: Report, screen: Screen, *, fresh: bool) -> None:
    target, started = report.target, time.perf_counter()
    text = "\n".join(plan(target.tier, fresh=fresh))
    with tools.rebuild_database(target, plan=text, recipe=recipe.read(), fresh=fresh) as build:
        report.seconds[CREATE] = _since(started)
        if build.prepared:
            report.prepared, report.content = True, Content(**build.facts)
            screen.note("Copied the prepared database")
        else:
            steps = REBUILD if build.beside else UPGRADE
            _fill(build.target, report, screen, build.grant, steps, empty_first=not build.beside)
            build.facts.update(asdict(report.content))
        if swapping := build.beside and not build.prepared:
            screen.start(SWAP)
        started = time.perf_counter()
    if build.beside:
        report.seconds[SWAP] = _since(started)
    report.snapshot = build.snapshot
    if swapping:
        screen.finish(SWAP)


def _upgrade(report: Report, screen: Screen) -> None:
    started = time.perf_counter()
    report.created = tools.ensure_database(report.target)
    report.seconds[CREATE] = _since(started)
    with _authorized(report.target) as grant:
        _fill(report.target, report, screen, grant, UPGRADE)


def _fill(  # noqa: PLR0913 - where, what, and who is told
    target: Target, report: Report, screen: Screen, grant: Any, steps: tuple[str, ...], *, empty_first: bool = False
) -> None:
    """Run the steps after the creation on ``target``, in one transaction."""
    from app.ops import pipeline
    from app.ops.work import one_line, transaction

    @contextmanager
    def step(name: str) -> Iterator[None]:
        started = time.perf_counter()
        grant.record_step(name)
        screen.start(name)
        with one_line(name):
            yield
        report.seconds[name] = _since(started)
        screen.finish(name)

    data, content = pipeline.read_seeds(), report.content
    screen.plan(steps)
    screen.finish(CREATE)
    with transaction(target) as connection:
        with step(MIGRATE):
            if empty_first:
                pipeline.reset(connection)
            content.revision = pipeline.migrate(connection)
        with step(SEED):
            content.rows = pipeline.seed(connection, data, reference_only=target.tier is Tier.PROD)
            grant.rows = sum(content.rows.values())
        with step(EMBED):
            content.embedded = pipeline.embed(connection, screen.progress(EMBED))
        with step(ANALYSE):
            content.analysed = pipeline.analyse(connection)


@contextmanager
def _authorized(target: Target) -> Iterator[Any]:
    """Hold the permissions for all steps; a person on PROD types the target's name once, for the whole plan."""
    text = "\n".join(plan(target.tier, keep=True))
    with ExitStack() as stack:
        for operation in (Operation.MIGRATE, Operation.SEED):
            grant = stack.enter_context(
                tierguard.authorize(operation, target=target, plan=text, reference_only=target.tier is Tier.PROD)
            )
        yield grant


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 3)


def _show_plan(database: str | None, *, keep: bool, fresh: bool, as_json: bool) -> None:
    """Print the plan without connecting, asking or recording."""
    from tierguard.errors import SettingMismatch

    choice = tools.explain(database, root=ROOT)
    if choice.tier is None:
        raise SettingMismatch(choice.reason, hint=choice.hint, rule=choice.rule)
    steps = plan(choice.tier, keep=keep, fresh=fresh)
    if as_json:
        told = {"tier": choice.tier, "outcome": choice.outcome, "rule": choice.rule, "plan": steps}
        tools.print_json(told, indent=None)
        return
    tools.say(f"{choice.outcome}: {choice.reason} ({choice.rule}). Nothing is changed. The plan:", tier=choice.tier)
    for number, step in enumerate(steps, 1):
        tools.say(f"  {number}. {step}")
