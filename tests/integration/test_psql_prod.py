"""psql on PROD reads; a file of SQL is one transaction, which a person agrees to. In a pseudo-terminal."""

import json

import pytest
from support import clusters
from support.child import environment, needs_no_agent, type_at_terminal

from tierguard.model import Tier

YES = ("Type yes to go on, anything else stops here:", "yes\r")
NAME = "shop/prod"
COMMIT = "to commit exactly this, anything else rolls it back:"
DATABASE = "psql_prod"

pytestmark = needs_no_agent


@pytest.fixture
def prod(prod_cluster, tmp_path):
    """Make a project whose PROD has ten persons, and a friend of each, who goes with them."""
    clusters.make_database(prod_cluster, DATABASE, rows=10)
    clusters.stamp(prod_cluster, DATABASE, Tier.PROD, "shop")
    prod_cluster.admin(
        "ALTER TABLE person ADD PRIMARY KEY (id); CREATE TABLE friend AS SELECT id FROM person;"
        "ALTER TABLE friend ADD FOREIGN KEY (id) REFERENCES person ON DELETE CASCADE",
        DATABASE,
    )
    folder = clusters.project(tmp_path / "project", prod_url=prod_cluster.url(DATABASE), name="shop")

    def count(table="person"):
        return int(prod_cluster.admin(f"SELECT count(*) FROM {table}", DATABASE)[0][0])

    yield folder, count
    prod_cluster.admin(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def psql(folder, *words, answers, script=""):
    (folder / "change.sql").write_text(script)
    line = ["tierguard", "psql", "--tier", "prod", *words]
    said, code = type_at_terminal(line, cwd=folder, env=environment(), answers=[YES, *answers])
    return " ".join(said.split()), code


def test_psql_itself_only_reads(prod):
    folder, count = prod
    said, code = psql(folder, "--", "-Atc", "SELECT 'read ' || count(*) FROM person", answers=[])
    assert "read 10" in said
    assert code == 0
    said, code = psql(folder, "--", "-c", "DELETE FROM person", answers=[])
    assert "cannot execute DELETE in a read-only transaction" in said
    assert count() == 10


DELETES = """BEGIN;
-- those who left
DELETE FROM person WHERE id > 4;
UPDATE person SET id = id + 100 WHERE id = 1 AND false;
COMMIT;
"""


@pytest.mark.parametrize(("answer", "left"), [(NAME, 4), ("no", 10)])
def test_a_file_is_shown_with_its_rows_before_it_is_committed(prod, answer, left):
    folder, count = prod
    said, code = psql(folder, "--file", "change.sql", script=DELETES, answers=[(COMMIT, f"{answer}\r")])
    assert "public.person 6 deleted" in said
    assert "public.friend 6 deleted (no statement names it" in said
    assert code == (0 if left == 4 else 3)
    assert (count(), count("friend")) == (left, left)


@pytest.mark.parametrize(("answer", "left"), [(NAME, 0), ("no", 10)])
def test_what_locks_others_out_is_agreed_to_before_it_runs_and_once(prod, answer, left):
    folder, count = prod
    script = "TRUNCATE person CASCADE;\nALTER TABLE friend ADD COLUMN since date;\nDELETE FROM friend WHERE id > 3"
    asked = ("Type shop/prod to go on, anything else stops here:", f"{answer}\r")
    said, code = psql(folder, "-f", "change.sql", script=script, answers=[asked])
    assert "change.sql, 3 statements in one transaction" in said
    assert "friend: emptied too" in said or "friend" in said
    assert code == (0 if left == 0 else 3)
    assert (count(), count("friend")) == (left, left)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("\\i other.sql", "change.sql: line 1"),
        ("DELETE FROM person; COMMIT; SELECT 1", "change.sql, line 1: COMMIT within the file"),
        ("BEGIN;\nSELECT 1;\nCOMMIT;\nVACUUM person", "change.sql, line 1: BEGIN within the file"),
        (
            "BEGIN;\nSELECT 1;\nCOMMIT;\nVACUUM person",
            "Put the rest into other files.",
        ),
        ("VACUUM person; SELECT 1", "VACUUM cannot run in a transaction with other statements"),
        ("-- nothing", "there is no statement in it"),
    ],
)
def test_a_file_that_cannot_be_one_transaction_is_an_error_and_nothing_runs(prod, script, told):
    folder, count = prod
    said, code = psql(folder, "-f", "change.sql", script=script, answers=[])
    assert told in said
    assert code == 2
    assert count() == 10


def test_a_statement_that_fails_leaves_nothing_of_the_file(prod):
    folder, count = prod
    script = "DELETE FROM person WHERE id > 9;\n\nSELECT * FROM nowhere;"
    said, code = psql(folder, "-f", "change.sql", script=script, answers=[])
    assert 'change.sql, line 3: relation "nowhere" does not exist' in said
    assert code == 4
    assert count() == 10
    records = [json.loads(line) for line in (folder / "logs" / "audit.jsonl").read_text().splitlines()]
    assert not [one for one in records if one["rule"] == "commit-gate" and one["decision"] == "allow"]
