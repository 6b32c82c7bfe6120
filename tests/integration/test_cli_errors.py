"""What a program that asked for JSON gets where a command fails: one object, of the same form everywhere."""

import json

import pytest
from support import clusters
from support.child import environment, run

from tierguard.cli.main import COMMANDS

AGENT = {"CLAUDECODE": "1"}
HINT = (
    "A coding agent may use INT, which needs no request, and STG (USE_STG_DATABASE=true). "
    "This takes a person: stop here and ask yours."
)


@pytest.fixture
def project(tmp_path):
    return clusters.project(tmp_path / "project", prod_url="postgresql://app@db.invalid/shop")


def tell(project, *words, **env):
    done = run(["tierguard", *words], cwd=project, env=environment(**env))
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.mark.parametrize(
    ("words", "env", "rule", "ask"),
    [
        (["url", "--tier", "prod"], {}, "R7", "tierguard url --tier prod"),
        (["url"], {"USE_PROD_DATABASE": "true"}, "R7", "USE_PROD_DATABASE=true tierguard url"),
        (["status", "--tier", "prod"], {}, "R7", "tierguard status --tier prod"),
        (["stamp", "prod"], {}, "typed-name", "tierguard stamp prod"),
        (["pin", "prod"], {}, "typed-name", "tierguard pin prod"),
        (["remove", "prod"], {}, "typed-name", "tierguard remove prod"),
    ],
)
def test_a_refusal_of_an_agent_is_an_object_with_the_command_for_its_person(project, words, env, rule, ask):
    code, told, said = tell(project, *words, "--json", **AGENT, **env)
    assert code == 3
    assert (told["rule"], told["hint"], told["ask"]) == (rule, HINT, ask)
    assert "a coding agent (claude-code) is at work" in told["error"]
    assert said.endswith(f"tierguard ({rule}): {told['error']} {told['hint']} A person types at a terminal: {ask}\n")


@pytest.mark.parametrize(
    ("words", "code", "rule"),
    [
        (["undo", "stg", "--json"], 2, "setting-missing"),
        (["status", "--tier", "nowhere", "--json"], 2, "setting-mismatch"),
        (["undo", "prod", "--json"], 3, "prod-never-reset"),
        (["url", "--json", "--nope"], 2, None),
        (["explain", "--json", "--tier"], 2, None),
        (["audit", "--file", "/nowhere", "query", "--json"], 2, None),
    ],
)
def test_every_error_has_the_same_form(project, words, code, rule):
    status, told, said = tell(project, *words)
    assert (status, told["rule"]) == (code, rule)
    assert list(told) == ["error", "rule", "hint", "ask"]
    assert told["error"]
    assert said


def test_an_archive_is_an_answer_and_a_program_that_fails_an_error(int_cluster, tmp_path):
    clusters.make_database(int_cluster, "cli_json", rows=3)
    clusters.stamp(int_cluster, "cli_json", "int")
    project = clusters.project(tmp_path / "project", int_cluster.url("cli_json"))
    told = {"tier": "int", "database": "default", "file": "x.dump"}
    assert tell(project, "dump", "x.dump", "--json")[:2] == (0, told)
    assert tell(project, "restore", "x.dump", "--clean", "--json")[:2] == (0, told | {"clean": True})
    code, told, said = tell(project, "dump", "nowhere/x.dump", "--json")
    assert (code, told["error"], told["rule"]) == (4, "pg_dump failed.", "operation-failed")
    assert "nowhere/x.dump" in said


def test_an_answer_that_is_there_already_stays_the_only_object(tmp_path):
    (tmp_path / "tierguard.toml").write_text('project = "shop"\n')
    code, told, said = tell(tmp_path, "adopt", "--json")
    assert (code, {row["state"] for row in told}) == (2, {"not configured"}), said
    assert "no tier has a URL" in said


def test_without_json_standard_output_stays_empty(project):
    done = run(["tierguard", "url", "--tier", "prod"], cwd=project, env=environment(**AGENT))
    assert (done.returncode, done.stdout) == (3, "")


def test_json_of_a_child_is_the_childs(project):
    done = run(["tierguard", "run", "--tier", "prod", "--", "echo", "--json"], cwd=project, env=environment(**AGENT))
    assert (done.returncode, done.stdout) == (3, "")


def test_every_command_is_here_or_has_no_answer_of_its_own():
    """Those without ``--json`` hand standard output to another program."""
    import importlib

    from tierguard.cli import options

    without = {
        name
        for name in COMMANDS
        if not options.has_json(command := importlib.import_module(f"tierguard.cli.commands.{name}").command)
        and not hasattr(command, "commands")
    }
    assert without == {"psql", "run"}
