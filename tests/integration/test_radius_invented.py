"""Schemas that nobody thought of: keys in circles, views on views, parts of parts. What is told is what is done."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import clusters
from support.radius import Session, compare

pytestmark = pytest.mark.soak

ROLE = "radius owner"
NAMES = ["a", "b", "C d", 'e"f', "ü.ß", "g" * 63]
ACTIONS = ["CASCADE", "SET NULL", "NO ACTION", "RESTRICT", "SET DEFAULT"]
DROPPED = {
    "t": "TABLE",
    "v": "VIEW",
    "m": "MATERIALIZED VIEW",
    "y": "TYPE",
    "d": "DOMAIN",
    "f": "FUNCTION",
    "s": "SEQUENCE",
}


def quote(name):
    return '"' + name.replace('"', '""') + '"'


@st.composite
def schemas(draw):  # noqa: C901, PLR0912 - a grammar, a case for each kind of thing
    """Statements that make a schema, and one act on something of it."""
    made, statements = [], []

    def pick(*kinds):
        some = [name for kind, name in made if kind in kinds]
        return draw(st.sampled_from(some)) if some else None

    for place in range(draw(st.integers(3, 14))):
        kind = draw(st.sampled_from("ttttttvvmydfspc"))
        name = quote(f"{kind}{place}{draw(st.sampled_from(NAMES))}"[:60])
        table, seen, mood = pick("t"), pick("t", "v", "m"), pick("y", "d")
        match kind:
            case "t":
                column = f", mood {mood}" if mood and draw(st.booleans()) else ""
                number = pick("s")
                default = f" DEFAULT nextval('{number}')" if number and draw(st.booleans()) else ""
                identity = draw(st.sampled_from(["int", "serial", "int GENERATED ALWAYS AS IDENTITY"]))
                row = f", whole {table}" if table and draw(st.booleans()) else ""
                statements.append(
                    f"CREATE TABLE {name} (id {identity} PRIMARY KEY, up int{default},"
                    f" twice int GENERATED ALWAYS AS (up * 2) STORED{column}{row})"
                )
            case "v" if seen:
                whole = ", t AS whole_row" if draw(st.booleans()) else ""
                statements.append(f"CREATE VIEW {name} AS SELECT t.id{whole} FROM {seen} t")
            case "m" if seen:
                statements.append(f"CREATE MATERIALIZED VIEW {name} AS SELECT id FROM {seen}")
            case "y":
                statements.append(f"CREATE TYPE {name} AS ENUM ('x')")
            case "d":
                statements.append(f"CREATE DOMAIN {name} AS int CHECK (VALUE > 0)")
            case "s":
                statements.append(f"CREATE SEQUENCE {name}")
            case "f" if mood or table:
                statements.append(f"CREATE FUNCTION {name}({mood or table}) RETURNS int LANGUAGE sql AS 'SELECT 1'")
            case "c" if table:
                kind = "t"
                if draw(st.booleans()):
                    statements.append(f"CREATE TABLE {name} (more int) INHERITS ({table})")
                else:
                    statements.append(f"CREATE TABLE {name} (id int, up int) PARTITION BY LIST (id)")
                    statements += [
                        f"CREATE TABLE {quote(f'p{place}{part}')} PARTITION OF {name} FOR VALUES IN ({part})"
                        for part in range(draw(st.integers(0, 2)))
                    ]
                    statements += [f"CREATE INDEX ON {name} (up)"] if draw(st.booleans()) else []
            case _:
                continue
        made.append((kind, name))
    for _ in range(draw(st.integers(0, 8))):
        one, other = pick("t"), pick("t")
        if one and other:
            rule = f"ON DELETE {draw(st.sampled_from(ACTIONS))} ON UPDATE {draw(st.sampled_from(ACTIONS))}"
            statements.append(f"ALTER TABLE {one} ADD FOREIGN KEY (id) REFERENCES {other} {rule}")
    kind, name = draw(st.sampled_from(made)) if made else ("t", '"none"')
    cascade = draw(st.sampled_from(["", " CASCADE"]))
    acts = [f"DROP {DROPPED[kind]} {name}{cascade}"]
    if kind == "t":
        acts += [f"TRUNCATE {name}{cascade}", f"ALTER TABLE {name} DROP COLUMN up{cascade}", f"REINDEX TABLE {name}"]
        acts += [f"ALTER TABLE {name} ADD COLUMN new int", f"ALTER TABLE {name} DROP COLUMN id{cascade}"]
    return statements, draw(st.sampled_from([*acts, "DROP SCHEMA invented CASCADE"]))


@pytest.fixture(scope="module", params=["int_cluster", "prod_cluster"])
def session(request):
    cluster = request.getfixturevalue(request.param)
    clusters.make_role(cluster, ROLE)
    clusters.make_database(cluster, "radius_invented", owner=ROLE)
    opened = Session(cluster.url("radius_invented", user="radius%20owner"))
    opened.rows("SET search_path = invented; SET client_min_messages = error")
    yield opened
    opened.close()
    clusters.drop_database(cluster, "radius_invented")


@given(case=schemas())
@settings(max_examples=400, suppress_health_check=list(HealthCheck))
def test_what_is_told_of_any_schema_is_what_is_done(session, case):
    statements, act = case
    session.rows("DROP SCHEMA IF EXISTS invented CASCADE; CREATE SCHEMA invented")
    for statement in statements:
        session.problem(statement)  # not everything that is invented can be made
    plan, did, says = compare(session, act)
    assert says == did, "\n".join(plan.lines())
