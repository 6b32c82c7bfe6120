"""What a text of SQL would do, by family: the gravest operation of each statement."""

import pytest
from support.judged import CASES

from tierguard import Operation, classify
from tierguard.statements.effects import Control, Hold
from tierguard.statements.kinds import RULES


@pytest.mark.parametrize(("sql", "gravest"), CASES, ids=[sql for sql, _ in CASES])
def test_the_gravest_thing_in_a_text_is_found(sql, gravest):
    assert classify(sql).gravest is gravest
    assert classify(sql.encode()) == classify(sql)


@pytest.mark.parametrize(
    "where",
    """
    true
    1 = 1
    1 = 1 AND 2 > 1
    id = 3 OR 1 = 1
    NOT false
    id = id
    people.id = id
    id IS NOT NULL
    NOT (id IS NULL)
    id IS DISTINCT FROM NULL
    people IS NOT NULL
    name IS NULL OR name IS NOT NULL
    name = 'x' OR name <> 'x'
    a OR NOT a
    EXISTS (SELECT 1)
    EXISTS (SELECT 1 FROM others WHERE others.id = 3)
    id IN (SELECT id FROM people)
    id IN (SELECT p.id FROM public.people p WHERE true)
    id = ANY (ARRAY[id])
    id BETWEEN id AND id
    id IN (1, id)
    name LIKE '%'
    name ILIKE '%%'
    name ~ ''
    name SIMILAR TO '%'
    coalesce(true)
    CASE WHEN true THEN true END
    (1 = 1) IS TRUE
    (1 = 2) IS NOT TRUE
    id > 0
    id >= 0
    id <> 0
    person_id IS NOT NULL
    now() > '2000-01-01'
    (SELECT count(*) FROM others) >= 0
    $1
    %s OR id = 3
    $1 = 1
    true::boolean
    current_user = 'x'
    random() < 2
    """.strip().splitlines(),
)
def test_a_condition_that_leaves_no_row_out_reaches_every_row(where):
    where = where.strip().replace("person_id", "people_id")
    assert classify(f"DELETE FROM people WHERE {where}").every_row, where
    effects = classify(f"UPDATE people SET x = 1 WHERE {where}")
    assert (effects.gravest, effects.every_row) == (Operation.BULK_WRITE, True)


@pytest.mark.parametrize(
    "where",
    """
    id = 3
    id = %s
    active
    NOT active
    id = 3 AND true
    name IS NOT NULL
    name IS NULL
    deleted_at < now()
    id IN (1, 2)
    id = ANY (%s)
    id IN (SELECT person FROM orders)
    id IN (SELECT id FROM people WHERE active)
    id IN (SELECT id FROM people LIMIT 3)
    EXISTS (SELECT 1 FROM orders WHERE orders.person = people.id)
    EXISTS (SELECT 1 FROM orders WHERE person = id)
    NOT EXISTS (SELECT 1 FROM orders o WHERE o.person = people.id)
    name LIKE 'a%'
    name LIKE ''
    name ~ 'x'
    id > 3
    a = b
    coalesce(active, true)
    CASE WHEN active THEN true ELSE false END
    (id, name) IN ((1, 'x'))
    id = 1 OR id = 2
    false
    NULL
    """.strip().splitlines(),
)
def test_a_condition_that_leaves_rows_out_does_not(where):
    effects = classify(f"DELETE FROM people WHERE {where.strip()}")
    assert (effects.gravest, effects.every_row) == (Operation.WRITE, False)


@pytest.mark.parametrize(
    ("sql", "writes", "reads"),
    [
        ("SELECT * FROM people p JOIN public.orders o ON true", [], [("people",), ("public", "orders")]),
        ("DELETE FROM people p USING others o WHERE p.id = o.id", [("people",)], [("others",)]),
        ("UPDATE shop.people p SET a = 1 WHERE id IN (SELECT x FROM y)", [("shop", "people")], [("y",)]),
        ("WITH a AS (SELECT * FROM b), c AS (SELECT * FROM a) SELECT * FROM c", [], [("b",)]),
        ("WITH a AS (SELECT * FROM a) SELECT * FROM a", [], [("a",)]),
        ("WITH RECURSIVE a AS (SELECT 1 UNION SELECT * FROM a) SELECT * FROM a, b", [], [("b",)]),
        ("WITH a AS (SELECT 1) DELETE FROM a WHERE x = 3", [("a",)], []),
        ("WITH a AS (DELETE FROM b RETURNING 1) INSERT INTO c SELECT * FROM a", [("c",), ("b",)], []),
        ("SELECT (WITH a AS (SELECT 1) SELECT * FROM a), (SELECT 1 FROM a)", [], [("a",)]),
        ("TRUNCATE a, ONLY b.c", [("a",), ("b", "c")], []),
        ("DROP TABLE a, b.c", [("a",), ("b", "c")], []),
        ("DROP TRIGGER x ON a.b", [("a", "b")], []),
        ("COPY a.b (c) FROM STDIN", [("a", "b")], []),
        ("MERGE INTO a USING (SELECT * FROM b) s ON a.i = s.i WHEN MATCHED THEN DELETE", [("a",)], [("b",)]),
        ('SELECT * FROM "Camel"."Case"', [], [("Camel", "Case")]),
        ("INSERT INTO a SELECT * FROM a", [("a",)], []),
        ("LOCK a, b", [], [("a",), ("b",)]),
    ],
)
def test_relations_are_named_as_they_are_used(sql, writes, reads):
    acts = classify(sql).acts
    assert [one for act in acts for one in act.writes] == writes
    assert [one for act in acts for one in act.reads] == reads


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("BEGIN READ ONLY", {"control": Control.BEGIN, "read_only": True}),
        ("BEGIN READ WRITE", {"control": Control.BEGIN, "read_only": False, "loosens": False}),
        ("BEGIN", {"control": Control.BEGIN, "read_only": None}),
        ("END AND CHAIN", {"control": Control.COMMIT, "chained": True}),
        ("ABORT", {"control": Control.ROLLBACK, "chained": False}),
        ("SAVEPOINT a", {"control": Control.SAVEPOINT, "savepoint": "a"}),
        ("RELEASE b", {"control": Control.RELEASE, "savepoint": "b"}),
        ("ROLLBACK TO c", {"control": Control.ROLLBACK_TO, "savepoint": "c"}),
        ("PREPARE TRANSACTION 'x'", {"control": Control.TWO_PHASE}),
        ("SET TRANSACTION READ ONLY", {"control": Control.CHARACTERISTICS, "read_only": True, "loosens": False}),
        ("SET TRANSACTION READ WRITE", {"control": Control.CHARACTERISTICS, "read_only": False, "loosens": True}),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", {"control": None, "loosens": True}),
        ("SET ROLE x", {"loosens": True}),
        ("RESET ALL", {"loosens": True}),
        ("CLOSE ALL", {"loosens": True}),
        ("DISCARD ALL", {"loosens": True, "hold": Hold.ALONE}),
        ("DROP TABLE a", {"hold": Hold.EXCLUSIVE, "verb": "DROP TABLE"}),
        ("DROP TYPE a", {"hold": Hold.EXCLUSIVE}),
        ("DROP FUNCTION a", {"hold": Hold.TRANSACTION}),
        ("CREATE_REPLICATION_SLOT a LOGICAL b", {"hold": Hold.ALONE, "operation": Operation.OPAQUE}),
        ('drop_replication_slot "a" WAIT;', {"hold": Hold.ALONE, "operation": Operation.ADMIN}),
        ("DROP_REPLICATION_SLOT a; DELETE FROM b", {"hold": Hold.TRANSACTION, "operation": Operation.OPAQUE}),
        ("DROP INDEX CONCURRENTLY a", {"hold": Hold.ALONE}),
        ("ALTER TABLE a ADD COLUMN b int", {"hold": Hold.EXCLUSIVE}),
        ("ALTER TABLE a VALIDATE CONSTRAINT b", {"hold": Hold.TRANSACTION}),
        ("ALTER TABLE a DETACH PARTITION b CONCURRENTLY", {"hold": Hold.ALONE}),
        ("CREATE INDEX CONCURRENTLY ON a (b)", {"hold": Hold.ALONE}),
        ("VACUUM a", {"hold": Hold.ALONE}),
        ("REFRESH MATERIALIZED VIEW a", {"hold": Hold.EXCLUSIVE}),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY a", {"hold": Hold.TRANSACTION}),
        ("REASSIGN OWNED BY a TO b", {"hold": Hold.EXCLUSIVE}),
        ("CREATE SCHEMA a CREATE TABLE b (c int) GRANT ALL ON b TO d", {"verb": "CREATE SCHEMA"}),
        ("EXPLAIN ANALYZE SELECT 1", {"verb": "EXPLAIN ANALYZE"}),
        ("LOCK a IN ACCESS EXCLUSIVE MODE", {"hold": Hold.TRANSACTION}),
        ("COPY a TO PROGRAM 'x'", {"hold": Hold.BEYOND}),
        ("SELECT dblink_exec('x', 'y')", {"hold": Hold.BEYOND}),
        ("CREATE TEMP TABLE a (b int)", {"creates": (("a",),), "temporary": True}),
        ("CREATE TABLE a AS SELECT 1", {"creates": (("a",),), "temporary": False, "verb": "CREATE TABLE AS"}),
        ("SELECT 1 INTO TEMP a", {"creates": (("a",),), "temporary": True}),
    ],
)
def test_what_else_a_statement_says(sql, expected):
    (act,) = classify(sql).acts
    assert {name: getattr(act, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("sql", "gravest", "loosens"),
    [
        ("SET statement_timeout = %s", Operation.READ, False),
        ("SET LOCAL app.tenant = %(tenant)s", Operation.READ, False),
        ("SET ROLE %s", Operation.OPAQUE, True),
        ("SET default_transaction_read_only = %s", Operation.OPAQUE, True),
        ("ALTER ROLE x PASSWORD %s", Operation.ADMIN, False),
        ("NOTIFY news, %s", Operation.WRITE, False),
        ("COMMENT ON TABLE people IS %s", Operation.DDL, False),
        ("NOTIFY news, %s; DELETE FROM people WHERE 'a' = %s", Operation.BULK_WRITE, False),
        ("SELECT * FROM people WHERE born > DATE %s AND name LIKE %s", Operation.READ, False),
        ("DELETE FROM people WHERE 'a' = %s AND now() > DATE %s", Operation.BULK_WRITE, False),
        ("DELETE FROM people WHERE id = 3 AND born > DATE %s", Operation.WRITE, False),
    ],
)
def test_a_value_that_the_driver_writes_into_the_text_may_be_any(sql, gravest, loosens):
    effects = classify(sql)
    assert (effects.gravest, effects.problem, any(act.loosens for act in effects.acts)) == (gravest, "", loosens)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 2 %sleepy()",
        "SELECT 2 %s(1)",
        "SELECT 2 %bad.f(1)",
        "SELECT 2 %(tidy())s",
        "SELECT 2 %(--)s\n tidy())",
        "SELECT 2 %(/*)s */ tidy())",
    ],
)
def test_what_only_looks_like_a_placeholder_hides_no_call(sql):
    assert classify(sql).gravest is Operation.OPAQUE


def test_a_kind_of_node_that_no_rule_names_may_do_anything(monkeypatch):
    monkeypatch.delitem(RULES, "CaseExpr")
    monkeypatch.delitem(RULES, "ListenStmt")
    assert classify("SELECT CASE WHEN true THEN 1 END AS one").gravest is Operation.OPAQUE
    assert classify("LISTEN kind_without_a_rule").gravest is Operation.OPAQUE


@pytest.mark.parametrize(
    ("sql", "gravest"),
    [
        ("SELECT 'it\\'; DROP TABLE people; --'", Operation.DESTROY),
        ("SELECT 'a\\'' ; DROP TABLE people; --'", Operation.DESTROY),
        ("SELECT 'a\\b', 'c'", Operation.READ),
        ("SELECT 'C:\\'", Operation.READ),
    ],
)
def test_a_backslash_is_read_in_either_way_that_a_server_may_be_set(sql, gravest):
    assert classify(sql).gravest is gravest
