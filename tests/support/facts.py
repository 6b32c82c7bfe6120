"""What the checks look at, put together from values: nothing is contacted, detected or chosen."""

from __future__ import annotations

from tierguard.checks.facts import Facts
from tierguard.databases.counting import Fill
from tierguard.databases.state import TierState
from tierguard.evidence.config import DEFAULT, load
from tierguard.model import Context, Tier
from tierguard.process.chosen import Process

SOURCES = '[databases.default]\nint.url = "INT_URL"\nstg.url = "STG_URL"\nprod.url = "LIVE_URL"\n'
# A tier that was asked, and that nothing is wrong with.
GOOD = TierState(
    configured=True,
    contacted=True,
    reachable=True,
    proof="bound",
    cluster="71",
    heads=("b",),
    fill=Fill(size=7, migrations=("b",)),
)


def at(migrations):
    """Return a database that holds little and is at ``migrations``."""
    return Fill(size=7, migrations=tuple(migrations))


def facts(folder, tiers=None, *, table=SOURCES, environ=None, **context):
    """Return the facts of the project in ``folder``, whose configuration is ``table``."""
    (folder / "tierguard.toml").write_text(table)
    process = Process(load(folder), environ or {}, Context(**context))
    return Facts(process, {DEFAULT: {Tier(name): state for name, state in (tiers or {}).items()}})
