"""PROD as the guide has it: a person who types yes, or a server; never a script. PROD here is a scratch server."""

import json

import pytest
from support.child import needs_no_agent, run, type_at_terminal
from support.guide import (
    ONE_LINER,
    assert_one_clear_line,
    change,
    guide_environment,
    look,
    prepared,
    python,
    scratch_url,
)

from tierguard.deciding.identity import QUERY, parse_reading
from tierguard.deciding.marker import make_marker, stamp_statements
from tierguard.model import Tier

PROD = {"USE_PROD_DATABASE": "true"}
SERVER = {**PROD, "INSTAINSTRU_PRODUCTION_MODE": "true"}
QUESTION = "Type yes to go on"


@pytest.fixture(scope="module")
def prod():
    """Make the scratch PROD: stamped as a person would have, and with a row of somebody's."""
    reading = parse_reading(look("prod", QUERY)[0][0])
    if reading.marker is None:
        marker = make_marker(reading, Tier.PROD, "instainstru", stamped_at="2026-01-01", stamped_by="a person")
        change("prod", stamp_statements(marker))
        change("prod", "CREATE TABLE kept AS SELECT 1 AS it")
    return guide_environment(prod=True)


@pytest.mark.parametrize("answer", [None, "yes\n", "instainstru/prod\n"])
def test_without_a_terminal_prod_is_refused_whatever_is_piped(prod, answer):
    done = run(ONE_LINER, env=prod | PROD, input=answer)
    line = assert_one_clear_line(done, 3)
    assert "Production database access requested in non-interactive mode" in line
    assert done.stdout == ""


@needs_no_agent
def test_a_person_who_types_yes_gets_prods_url_after_a_red_warning(prod):
    said, code = type_at_terminal(ONE_LINER, env=prod | PROD, answers=[(QUESTION, "yes\n")])
    assert code == 0
    assert "\033[1;31m[PROD]\033[0m You are about to use the PRODUCTION database" in said
    assert scratch_url("prod") in said


@needs_no_agent
@pytest.mark.parametrize("answer", ["\n", "y\n", "yes please\n", "\x04"])
def test_anything_else_than_yes_stops(prod, answer):
    said, code = type_at_terminal(ONE_LINER, env=prod | PROD, answers=[(QUESTION, answer)])
    assert code == 3
    assert scratch_url("prod") not in said
    assert "Traceback" not in said


@needs_no_agent
def test_an_interrupted_question_stops(prod):
    said, code = type_at_terminal(["python", "scripts/prep_db.py"], env=prod | PROD, answers=[(QUESTION, "\x03")])
    assert code == 130
    assert "Traceback" not in said


@needs_no_agent
def test_a_person_prepares_prod_with_two_answers_and_nothing_is_reset(prod):
    answers = [(QUESTION, "yes\n"), ("Type instainstru/prod to go on", "instainstru/prod\n")]
    said, code = type_at_terminal(["python", "scripts/prep_db.py", "prod"], env=prod, answers=answers)
    assert code == 0, said
    assert "Traceback" not in said
    assert look("prod", "SELECT it FROM kept") == [(1,)]
    assert look("prod", "SELECT count(*) FROM service_catalog")[0][0] >= 200
    assert look("prod", "SELECT count(*) FROM users") == [(0,)]
    assert look("prod", "SELECT count(*) FROM service_catalog WHERE embedding IS NULL") == [(0,)]


@needs_no_agent
def test_a_person_who_mistypes_the_name_changes_nothing(prod):
    before = look("prod", "SELECT count(*) FROM pg_class")
    answers = [(QUESTION, "yes\n"), ("Type instainstru/prod to go on", "yes\n")]
    said, code = type_at_terminal(["python", "scripts/prep_db.py", "prod"], env=prod, answers=answers)
    assert code == 3
    assert "Traceback" not in said
    assert look("prod", "SELECT count(*) FROM pg_class") == before


@needs_no_agent
def test_a_server_uses_prod_without_a_question(prod):
    done = run(ONE_LINER, env=prod | SERVER)
    assert (done.returncode, done.stdout) == (0, scratch_url("prod") + "\n")


@needs_no_agent
def test_a_release_prepares_prod_on_a_server_without_a_question(prod):
    done = python("scripts/prep_db.py", "prod", "--json", env=prod | SERVER)
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["created"], json.loads(done.stdout)["snapshot"]) == (False, "")
    assert look("prod", "SELECT it FROM kept") == [(1,)]
    assert look("prod", "SELECT count(*) FROM users") == [(0,)]


@needs_no_agent
def test_prod_is_never_reset_not_even_by_a_server(prod):
    line = assert_one_clear_line(python("scripts/reset_schema.py", env=prod | SERVER), 3)
    assert "never reset" in line
    assert look("prod", "SELECT it FROM kept") == [(1,)]


@needs_no_agent
def test_prod_is_never_reset_not_even_by_a_person(prod):
    said, code = type_at_terminal(
        ["python", "scripts/reset_schema.py", "prod"], env=prod, answers=[(QUESTION, "yes\n")]
    )
    assert code == 3
    assert "never reset" in said
    assert look("prod", "SELECT it FROM kept") == [(1,)]


def test_a_url_of_int_that_leads_to_prod_is_refused(prod):
    env = prod | {"TEST_DATABASE_URL": scratch_url("prod")}
    for script in ("prep_db.py", "reset_schema.py", "reset_and_seed_yaml.py"):
        done = python(f"scripts/{script}", env=env)
        assert done.returncode == 3, done.stderr
        assert "is PROD" in done.stderr
    assert run(["alembic", "upgrade", "head"], env=env).returncode == 3
    assert look("prod", "SELECT it FROM kept") == [(1,)]


@needs_no_agent
def test_a_url_of_prod_that_leads_to_int_is_refused_to_a_server(prod):
    prepared("int")
    done = python("scripts/prep_db.py", env=prod | SERVER | {"DATABASE_URL": scratch_url("int")})
    assert done.returncode == 3
    assert "not-prod" in done.stderr


@pytest.mark.parametrize("sign", [{"CLAUDECODE": "1"}, {"AGENT": "somebody"}])
def test_an_agent_gets_prod_neither_as_a_server_nor_at_a_terminal(prod, sign):
    assert_one_clear_line(run(ONE_LINER, env=prod | SERVER | sign), 3)
    said, code = type_at_terminal(ONE_LINER, env=prod | PROD | sign, answers=[])
    assert code == 3
    assert QUESTION not in said


@needs_no_agent
def test_production_mode_exported_on_a_persons_machine_asks_the_person(prod):
    said, code = type_at_terminal(ONE_LINER, env=prod | SERVER, answers=[(QUESTION, "no\n")])
    assert code == 3
    assert "R3" in said


@pytest.mark.parametrize("ci", ["true", "1"])
def test_ci_reaches_prod_by_no_flag_and_no_argument(prod, ci):
    flagged = run(ONE_LINER, env=prod | PROD | {"CI": ci, "DATABASE_URL": scratch_url("int")})
    assert (flagged.returncode, flagged.stdout) == (0, scratch_url("int") + "\n")
    assert "PROD; ignored here" in flagged.stderr
    asked = run(["tierguard", "url", "--tier", "prod"], env=prod | {"CI": ci})
    assert_one_clear_line(asked, 3)


def test_a_ci_url_that_leads_to_prod_is_refused(prod):
    done = python("scripts/prep_db.py", env=prod | {"CI": "true"})
    assert done.returncode == 3
    assert "is PROD" in done.stderr


def test_ci_that_is_false_is_no_ci(prod):
    done = run(ONE_LINER, env=prod | PROD | {"CI": "false"})
    assert_one_clear_line(done, 3)
