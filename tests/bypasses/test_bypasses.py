"""One loop over the routes: a file each, a process each, against two real servers."""

from __future__ import annotations

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support import clusters
from support.child import AGENT, NO_PROD, environment, run
from support.patience import patience

HERE = Path(__file__).resolve().parent
REFUSED = sorted(path for path in (HERE / "refused").iterdir() if path.suffix in {".py", ".sh"})
ALLOWED = sorted(path for path in (HERE / "allowed").iterdir() if path.suffix in {".py", ".sh"})
SKIPPED = 77  # the exit code of a route that needs what is not installed, such as PgBouncer or greenlet
UNJUDGED = {2, 4}  # the exit codes of an error of the settings, and of a server that is not there
AT_ONCE = 4
NAMED = re.compile(r"\w+(?:Refused|Mismatch)\b|tierguard[^\n]* refused|tierguard \([\w-]+\):")
EXITS_WITH = re.compile(r"Exits with (\d+):")  # in a route's first lines, with the reason

pytestmark = pytest.mark.xdist_group("bypasses")


@pytest.fixture(scope="session")
def outcomes(request, field, tmp_path_factory):
    """Start the routes that this run asks for, a few at a time; return the future of each."""
    asked = [item for item in request.session.items if "route" in getattr(item, "fixturenames", ())]
    wanted = sorted({item.callspec.params["route"] for item in asked})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {path: pool.submit(follow, path, field, tmp_path_factory.mktemp(path.stem)) for path in wanted}


def mark_of(path):
    return f"user statement of {path.parent.name}/{path.stem}."


def follow(path, field, folder):
    """Run one route in a project of its own that is on INT."""
    urls = field.variables
    project = clusters.project(folder / "project", urls["INT_URL"], urls["STG_URL"], urls["PROD_URL"])
    mark = mark_of(path)
    sql = f"INSERT INTO person VALUES (0) /* {mark} */"
    interpreter = sys.executable if path.suffix == ".py" else "sh"
    env = environment(**urls, ROUTE_SQL=sql, ROUTE_MARK=mark, HOME=str(folder), LIMIT=str(patience(1)))
    return run([interpreter, str(path)], cwd=project, env=env), project


def read_records(project):
    log = project / "logs" / "audit.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.mark.parametrize("route", REFUSED, ids=lambda path: path.stem)
def test_route_is_refused_and_no_statement_of_it_runs(route, field, outcomes):
    done, project = outcomes[route].result()
    if done.returncode == SKIPPED:
        pytest.skip("it needs a program or a library that is not installed")
    said = f"{done.stdout}\n{done.stderr}"
    expected = EXITS_WITH.search(route.read_text())
    assert field.count(mark_of(route)) == 0, said
    assert field.is_intact()
    assert done.returncode == (int(expected[1]) if expected else 3), said
    assert NAMED.search(said), said
    if done.returncode not in UNJUDGED:  # there was no database to decide about
        assert "refuse" in {record["decision"] for record in read_records(project)}, said


@pytest.mark.parametrize("route", ALLOWED, ids=lambda path: path.stem)
def test_legitimate_counterpart_works(route, field, outcomes):
    done, _ = outcomes[route].result()
    if done.returncode == SKIPPED:
        pytest.skip("it needs a program or a library that is not installed")
    if AGENT and f"a coding agent ({AGENT}) is at work" in done.stdout + done.stderr and "agent" not in route.stem:
        pytest.skip(NO_PROD)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert field.count(mark_of(route)) > 0, "the route ran no statement, so it shows nothing"
    assert field.is_intact()


def test_there_are_enough_routes_over_every_driver():
    assert len(REFUSED) >= 60
    texts = [path.read_text() for path in REFUSED]
    for driver in ("psycopg", "psycopg2", "asyncpg", "pg8000", "sqlalchemy"):
        assert (
            sum(f"import {driver}" in text or f"from {driver}" in text or f"+{driver}" in text for text in texts) >= 4
        )
