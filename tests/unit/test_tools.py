"""What applications find in ``tierguard.tools``: what it prints, returns and leaves alone."""

import json
from dataclasses import replace

import click
import pytest
from support.facts import GOOD, facts

from tierguard import checks, errors, startup, tools
from tierguard.databases.counting import Fill
from tierguard.databases.state import TierState
from tierguard.model import Finding, Level, Outcome, Tier


def run(act):
    return tools.run_command(click.Command("x", callback=act), name="x", arguments=[])


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (1, 1), (7, 7), ("text", 0)])
def test_a_commands_exit_code_is_what_it_returns(returned, code, capsys):
    assert run(lambda: returned) == code
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (click.UsageError("no such option"), 2, "Error: no such option\n"),
        (errors.SettingMissing("no URL"), 2, "no URL"),
        (errors.PolicyRefused("not here", rule="prod-never-reset"), 3, "not here"),
        (errors.TierguardError("it broke"), 4, "it broke"),
        (OSError(28, "No space left on device", "f"), 4, "tierguard: No space left on device: f\n"),
        (KeyboardInterrupt(), 130, "interrupted: this step was rolled back\n"),
        (click.Abort(), 130, "interrupted: this step was rolled back\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_an_error_is_said_once_on_standard_error_and_becomes_a_code(error, code, said, capsys):
    def act():
        raise error

    assert run(act) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count(said) == 1
    assert "Traceback" not in shown.err


def test_a_fault_of_the_programs_own_is_not_hidden():
    def act():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(act)


NOTE, WARNING, ERROR = (Finding(f"a-{level}", level, f"It is a {level}.", "Mend it.", "s") for level in Level)


@pytest.mark.parametrize(("findings", "code"), [([], 0), ([WARNING, NOTE], 0), ([NOTE, ERROR], 1), ([ERROR], 1)])
def test_findings_for_a_program_are_a_list_and_only_an_error_fails(findings, code, capsys):
    assert tools.show_findings(findings, as_json=True) == code
    keys = ("id", "level", "message", "hint", "subject")
    expected = [{key: getattr(found, key) for key in keys} for found in findings]
    assert json.loads(capsys.readouterr().out) == expected


def test_findings_for_a_person_are_lines_and_a_count(capsys):
    assert tools.show_findings([ERROR, replace(NOTE, hint="")]) == 1
    lines = [f"{ERROR.level} {ERROR.id}: {ERROR.message}", "      Mend it.", f"{NOTE.level} {NOTE.id}: {NOTE.message}"]
    assert capsys.readouterr().out.splitlines() == [*lines, "1 error, 1 other finding."]


def test_status_is_the_same_for_programs_and_a_table_for_people(capsys):
    full = Fill(7_000_000, {"person": 1200}, migrations=("b",))
    states = {"int": replace(GOOD, marker=Tier.INT, place="db:1/x", fill=full), "stg": TierState()}
    tiers = {name: state.as_dict() for name, state in (states | {"prod": TierState(configured=True)}).items()}
    shown = {"process": {"tier": "int", "rule": "R9", "reason": "nothing else was asked for"}, "tiers": tiers}
    tools.show_status(shown, as_json=True)
    assert json.loads(capsys.readouterr().out) == shown
    tools.show_status(shown)
    used, _, *rows = (line.split() for line in capsys.readouterr().out.splitlines())
    assert " ".join(used) == "This process uses [INT]: nothing else was asked for (R9)"
    assert " ".join(rows[0]) == "[INT] yes int, bound b (at head) 1,200 7.0 MB db:1/x"
    assert [" ".join(row) for row in rows[1:]] == ["[STG] not configured", "[PROD] not contacted"]


def test_a_line_and_a_value_are_printed_cleaned(capsys):
    tools.say("a\x1b[2Jb postgresql://u:secret@h/d", tier=Tier.STG)
    assert capsys.readouterr().out == "[STG] a\\u001b[2Jb postgresql://u:***@h/d\n"
    tools.print_json({"a": [1, "postgresql://u:secret@h/d"]}, indent=None)
    assert capsys.readouterr().out == '{"a": [1, "postgresql://u:***@h/d"]}\n'


@pytest.mark.parametrize(
    ("environ", "evidence", "expected"),
    [
        ({}, {}, (Outcome.ALLOW, Tier.INT)),
        ({"USE_STG_DATABASE": "1"}, {}, (Outcome.ALLOW, Tier.STG)),
        ({"USE_STG_DATABASE": "perhaps"}, {}, (Outcome.ERROR, None)),
        ({"USE_PROD_DATABASE": "1"}, {"terminal": True}, (Outcome.CONFIRM, Tier.PROD)),
    ],
)
def test_what_another_process_would_get_is_explained(tmp_path, environ, evidence, expected):
    facts(tmp_path)  # writes the configuration
    choice = tools.explain(environ=environ, root=tmp_path, git_tree=True, **evidence)
    assert (choice.outcome, choice.tier) == expected


def test_the_project_is_checked_in_the_lists_order_and_a_release_beside_it(tmp_path, monkeypatch):
    states = dict.fromkeys(Tier, replace(GOOD, oid="", cluster="", heads=("b", "c")))
    found = facts(tmp_path, states | {Tier.PROD: TierState()}, environ={"PGOPTIONS": "-c a=b"})
    monkeypatch.setattr(checks, "gather", lambda root: {tmp_path: found}[root])
    monkeypatch.setattr(startup, "has_run", lambda: True)
    project = [(one.id, one.subject) for one in tools.check_project(tmp_path)]
    assert project == [("ambient-variable", "PGOPTIONS"), ("setting-missing", Tier.PROD)]
    assert [(one.id, one.subject) for one in tools.check_release(tmp_path)] == [*project, ("migration-heads", "")]


def test_objects_are_dropped_one_by_one_without_a_limit_of_time():
    asked = []

    def fetch(statement):
        asked.append(statement)
        return ["DROP TABLE b", "DROP TABLE a"] if statement.lstrip().startswith("WITH") else []

    assert tools.drop_objects(fetch) == 2
    assert asked[0] == "SET LOCAL statement_timeout = 0"
    assert asked[2:] == ["DROP TABLE b", "DROP TABLE a"]
