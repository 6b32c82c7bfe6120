"""A ``.env`` that was copied from a server: it never says PROD by itself, and every command says why."""

import json
import sys

import pytest
from support.child import environment, needs_no_agent, run, type_at_terminal
from support.guide import assert_one_clear_line
from support.pristine import URLS, make_project, tierguard

FLAGS = {"USE_PROD_DATABASE": "true", "SHOP_PRODUCTION_MODE": "true"}
NAMED = "USE_PROD_DATABASE in .env, SHOP_PRODUCTION_MODE in .env"
PROGRAM = """
from dotenv import load_dotenv
load_dotenv(".env")
import tierguard
tierguard.install()
print(tierguard.resolve().tier)
"""
JOB = [sys.executable, "-c", PROGRAM]

pytestmark = needs_no_agent


@pytest.fixture
def checkout(tmp_path):
    """Give a project in a git work tree whose .env came from a server."""
    make_project(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in (FLAGS | URLS).items()))
    return tmp_path


def records(checkout):
    log = checkout / "logs" / "database_audit.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_a_program_that_loads_it_is_refused_and_no_server(checkout):
    line = assert_one_clear_line(run(JOB, cwd=checkout, env=environment()), 3)
    assert "(R7): Production database access requested in non-interactive mode" in line
    assert NAMED in line
    assert "Remove that to use INT" in line
    assert "unit file" in line
    (record,) = records(checkout)
    assert (record["decision"], record["rule"], record["actor"]["kind"]) == ("refuse", "R7", "unknown")
    assert NAMED in record["reason"]


def test_at_a_terminal_a_person_is_asked_and_the_record_says_what_asked(checkout):
    said, code = type_at_terminal(JOB, cwd=checkout, env=environment(), answers=[("Type yes to go on", "yes\n")])
    assert code == 0, said
    assert f"R3: In a git work tree this never counts without a question: {NAMED}." in said
    assert said.splitlines()[-1] == "prod"
    (record,) = records(checkout)
    assert (record["decision"], record["rule"], record["actor"]["kind"]) == ("allow", "R3", "human")
    assert "a person typed yes" in record["reason"]
    assert NAMED in record["reason"]


def test_a_command_of_ours_that_inherits_it_is_refused_too(checkout):
    assert NAMED in assert_one_clear_line(tierguard(checkout, "url", **FLAGS), 3)


def test_explain_shows_it_in_its_trace(checkout):
    told = json.loads(tierguard(checkout, "explain", "--json", **FLAGS).stdout)
    assert (told["outcome"], told["rule"]) == ("refuse", "R7")
    (r3,) = [step for step in told["trace"] if step["rule"] == "R3"]
    assert not r3["matched"]
    assert NAMED in r3["because"]
    assert NAMED in tierguard(checkout, "explain", **FLAGS).stdout


def test_an_argument_asks_for_itself_and_only_the_mode_is_hearsay(checkout):
    line = assert_one_clear_line(tierguard(checkout, "url", "--tier", "prod", **FLAGS), 3)
    assert ": SHOP_PRODUCTION_MODE in .env)" in line
    (checkout / ".env").write_text("USE_PROD_DATABASE=true\n")
    done = tierguard(checkout, "url", "--tier", "prod", **FLAGS, **URLS)
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "postgresql"), done.stderr


def test_doctor_finds_it_before_anything_loads_it(checkout):
    found = {one["message"] for one in doctor(checkout) if one["id"] == "dotenv-prod"}
    assert len(found) == 2
    assert all("never counts without a question" in message for message in found)
    (checkout / ".git").rmdir()
    assert not [one for one in doctor(checkout) if one["id"] == "dotenv-prod"]


def doctor(checkout):
    return json.loads(tierguard(checkout, "doctor", "--json").stdout)


def test_in_ci_it_is_ignored_with_one_loud_line(checkout):
    done = tierguard(checkout, "url", CI="true", **FLAGS)
    assert (done.returncode, done.stdout) == (0, "postgresql://shop:***@127.0.0.1:1/shop_test\n")
    assert done.stderr.count("The environment asks for PROD; ignored here.") == 1
