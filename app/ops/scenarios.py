"""``test_deployment_scenarios.py``: the situations that a deployment meets, tried against the rules of this checkout.

Each scenario is an environment made from nothing, so the result does not depend on where the script runs.
"""

from dataclasses import dataclass, field
from typing import Final

import click

from app.core.config import ROOT
from tierguard import tools
from tierguard.model import Choice

STG: Final = {"USE_STG_DATABASE": "true"}
PROD: Final = {"USE_PROD_DATABASE": "true"}
SERVER: Final = {"INSTAINSTRU_PRODUCTION_MODE": "true"}
CI: Final = {"CI": "true"}
CI_DATABASE: Final = {**CI, "DATABASE_URL": "postgresql://postgres@localhost/test"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A situation and what must come of it: outcome, tier and rule."""

    name: str
    expected: tuple[str, str | None, str]
    environ: dict[str, str] = field(default_factory=dict)
    argument: str | None = None
    service: bool = False
    terminal: bool = False
    dotenv: dict[str, str] = field(default_factory=dict)


SCENARIOS: Final = (
    Scenario("A script on a developer's machine", ("allow", "int", "R9"), terminal=True),
    Scenario("The same with the STG flag", ("allow", "stg", "R8"), STG, terminal=True),
    Scenario("The PROD flag at a terminal", ("confirm", "prod", "R6"), PROD, terminal=True),
    Scenario("The PROD flag without a terminal", ("refuse", "prod", "R7"), PROD),
    Scenario("The PROD flag, misspelt", ("error", None, "setting-mismatch"), {"USE_PROD_DATABASE": "ture"}),
    Scenario("Both flags", ("error", None, "R2"), {**STG, **PROD}),
    Scenario("pytest", ("allow", "int", "R1"), {"PYTEST_VERSION": "9"}),
    Scenario("pytest with the PROD flag", ("allow", "int", "R1"), {"PYTEST_VERSION": "9", **PROD}),
    Scenario("pytest on a production server", ("allow", "int", "R1"), {"PYTEST_VERSION": "9", **PROD, **SERVER}),
    Scenario("pytest that asks for STG by argument", ("refuse", "int", "R1"), {"PYTEST_VERSION": "9"}, "stg"),
    Scenario("CI with its own database", ("allow", "int", "R4"), CI_DATABASE),
    Scenario("CI with its own database and a stray PROD flag", ("allow", "int", "R4"), {**CI_DATABASE, **PROD}),
    Scenario("CI without a database", ("allow", "int", "R5"), CI),
    Scenario("CI=false is not CI", ("allow", "stg", "R8"), {"CI": "false", **STG}),
    Scenario("CI that asks for PROD by argument", ("refuse", "prod", "R7"), CI, "prod"),
    Scenario("A production server", ("allow", "prod", "R3"), {**SERVER, **PROD}),
    Scenario("A release phase on a production server", ("allow", "prod", "R3"), {**SERVER, **PROD}, "prod"),
    Scenario("Production mode alone asks for nothing", ("allow", "int", "R9"), SERVER),
    Scenario(
        "Production mode exported on a developer's machine",
        ("confirm", "prod", "R3"),
        {**SERVER, **PROD},
        terminal=True,
    ),
    Scenario(
        "A server's .env copied to a developer's machine, and loaded",
        ("refuse", "prod", "R7"),
        {**SERVER, **PROD},
        dotenv={**SERVER, **PROD},
    ),
    Scenario(
        "The same at a terminal",
        ("confirm", "prod", "R3"),
        {**SERVER, **PROD},
        terminal=True,
        dotenv={**SERVER, **PROD},
    ),
    Scenario("A coding agent with the PROD flag", ("refuse", "prod", "R7"), {**PROD, "CLAUDECODE": "1"}, terminal=True),
    Scenario("A coding agent on a server", ("refuse", "prod", "R7"), {**PROD, **SERVER, "CLAUDECODE": "1"}),
    Scenario("run_backend.py", ("allow", "stg", "R9"), service=True, terminal=True),
    Scenario("run_backend.py with an exported PROD flag", ("allow", "stg", "R9"), PROD, service=True, terminal=True),
    Scenario("run_backend.py on a production server", ("allow", "prod", "R3"), {**SERVER, **PROD}, service=True),
    Scenario("prep_db.py stg beside the PROD flag", ("allow", "stg", "R8"), PROD, "stg"),
    Scenario("prep_db.py int beside the STG flag", ("allow", "int", "R8"), STG, "int"),
)


@click.command("test_deployment_scenarios", help="Try every deployment scenario; exit 1 if one has the wrong outcome.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def command(as_json: bool) -> int:  # noqa: FBT001 - click passes options by name
    """Try the scenarios and return 1 where one fails."""
    results = [(scenario, play(scenario)) for scenario in SCENARIOS]
    failed = sum(not passed(scenario, choice) for scenario, choice in results)
    if as_json:
        tools.print_json([_as_dict(scenario, choice) for scenario, choice in results])
    else:
        for scenario, choice in results:
            tools.say(_line(scenario, choice))
        tools.say(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def play(scenario: Scenario) -> Choice:
    """Return the choice that a process in this scenario gets."""
    return tools.explain(
        scenario.argument,
        environ=scenario.environ,
        root=ROOT,
        service=scenario.service,
        terminal=scenario.terminal,
        git_tree=True,
        dotenv=scenario.dotenv,
    )


def passed(scenario: Scenario, choice: Choice) -> bool:
    """Return whether the choice is the expected one."""
    return (choice.outcome, choice.tier, choice.rule) == scenario.expected


def _line(scenario: Scenario, choice: Choice) -> str:
    word = "PASS" if passed(scenario, choice) else "FAIL"
    tier = choice.tier.label if choice.tier else "-"
    return f"{word}  {scenario.name}: {choice.outcome} {tier} ({choice.rule})"


def _as_dict(scenario: Scenario, choice: Choice) -> dict[str, object]:
    return {
        "name": scenario.name,
        "passed": passed(scenario, choice),
        "outcome": choice.outcome,
        "tier": choice.tier,
        "rule": choice.rule,
    }
