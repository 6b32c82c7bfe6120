"""The verdict table of the design, cell by cell, and what no reading may ever get."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.deciding.identity import Reading
from tierguard.deciding.marker import Marker
from tierguard.deciding.verdict import Circumstances, judge
from tierguard.model import Authority, Ceiling, Level, Tier

INT, STG, PROD = Tier
HERE = {"db": "shop", "oid": "16400", "sysid": "7001"}


def marker(tier, project="shop", **elsewhere):
    return Marker(tier, project, **(HERE | elsewhere))


def bound(tier, **kwargs):
    return Reading(**HERE, marker=marker(tier, **kwargs))


def copy(tier, **elsewhere):
    return Reading(**HERE, marker=marker(tier, **(elsewhere or {"oid": "99"})))


EMPTY = Reading(**HERE, empty=True)
FULL = Reading(**HERE)
BROKEN = Reading(**HERE, problem="the marker is not JSON")
GO, STOP = True, False

# reading; then go or stop and the rule for: ceiling INT, ceiling STG, PROD's selected URL, another URL beside PROD.
TABLE = [
    ("bound INT", bound(INT), (GO, ""), (GO, "lower-tier"), (STOP, "not-prod"), (GO, "not-prod")),
    ("bound STG", bound(STG), (STOP, "above-int"), (GO, ""), (STOP, "not-prod"), (GO, "not-prod")),
    ("bound PROD", bound(PROD), (STOP, "above-int"), (STOP, "above-stg"), (GO, ""), (GO, "")),
    ("empty", EMPTY, (GO, ""), (GO, ""), (GO, "prod-unmarked"), (GO, "prod-unmarked")),
    ("not empty", FULL, (STOP, "unmarked"), (STOP, "unmarked"), (GO, "prod-unmarked"), (GO, "prod-unmarked")),
    (
        "copy of PROD",
        copy(PROD),
        (STOP, "copy-of-prod"),
        (STOP, "copy-of-prod"),
        (GO, "prod-rebound"),
        (GO, "prod-rebound"),
    ),
    ("copy of STG", copy(STG), (STOP, "above-int"), (GO, "copy-of-lower"), (STOP, "not-prod"), (GO, "not-prod")),
    ("copy of INT", copy(INT), (GO, "copy-of-lower"), (GO, "copy-of-lower"), (STOP, "not-prod"), (GO, "not-prod")),
    (
        "probe failed",
        BROKEN,
        (STOP, "marker-unreadable"),
        (STOP, "marker-unreadable"),
        (GO, "marker-unreadable"),
        (GO, "marker-unreadable"),
    ),
]
CASES = {
    "ceiling int": Circumstances("shop", Ceiling(INT)),
    "ceiling stg": Circumstances("shop", Ceiling(STG)),
    "prod selected": Circumstances("shop", Ceiling(PROD, Authority.SERVER)),
    "prod elsewhere": Circumstances("shop", Ceiling(PROD, Authority.PERSON), selected=False),
}
CELLS = [
    pytest.param(reading, case, cell, id=f"{name}, {where}")
    for name, reading, *cells in TABLE
    for (where, case), cell in zip(CASES.items(), cells, strict=True)
]


@pytest.mark.parametrize(("reading", "case", "cell"), CELLS)
def test_every_cell_is_the_designs(reading, case, cell):
    verdict = judge(reading, case)
    assert (verdict.allowed, verdict.rule) == cell
    assert bool(verdict.finding) == bool(verdict.rule)
    if verdict.finding:
        assert verdict.finding.level is (Level.WARNING if verdict.allowed else Level.ERROR)


def test_an_external_database_is_judged_only_where_it_is_the_projects_own():
    other = replace(CASES["ceiling int"], external=True)
    foreign_copy = replace(FULL, marker=marker(PROD, project="airflow", oid="99"))
    for reading in (FULL, BROKEN, EMPTY, bound(STG, project="airflow"), foreign_copy):
        assert judge(reading, other).allowed
    for reading in (bound(PROD), copy(PROD), bound(STG)):
        assert not judge(reading, other).allowed
    assert not judge(FULL, replace(other, pinned=PROD)).allowed


@pytest.mark.parametrize("ceiling", ["ceiling int", "ceiling stg"])
@pytest.mark.parametrize("change", [{"marker": marker(PROD, project="airflow")}, {"problem": "a newer marker"}])
def test_an_external_database_is_never_prod_of_anybody(ceiling, change):
    reading = replace(FULL, comments=(marker(PROD, project="airflow"),), **change)
    assert not judge(reading, replace(CASES[ceiling], external=True)).allowed
    beside = replace(FULL, comments=(marker(PROD, project="airflow", db="live", oid="9"),))
    assert judge(beside, replace(CASES[ceiling], external=True)).allowed


def test_a_lower_tier_is_a_finding_only_where_the_url_promised_another():
    assert judge(bound(INT), replace(CASES["ceiling stg"], selected=False)).finding is None
    known = replace(CASES["ceiling stg"], commands={STG: "tierguard stamp stg"})
    assert judge(bound(INT), known).hint == (
        "If it really is STG, a person types: tierguard stamp stg. Else give STG a database of its own."
    )


def test_a_program_with_a_url_of_its_own_is_told_that_it_is_not_on_prod():
    case = replace(CASES["prod elsewhere"], variables={PROD: "PROD_DATABASE_URL"})
    assert judge(bound(STG), case).hint == (
        "What runs here runs on STG, not on PROD: the program took a URL of its own. "
        "PROD's (PROD_DATABASE_URL) is tierguard.resolve().url."
    )


def test_what_a_tool_makes_beside_int_is_nothing_to_stamp():
    case = replace(CASES["ceiling int"], selected=False)
    made = replace(copy(INT, db="shop__tg_tmpl_1"), db="shop__tg_new_2")
    assert (judge(made, case).allowed, judge(made, case).finding) == (GO, None)
    assert judge(made, replace(case, selected=True)).rule == "copy-of-lower"  # a URL that leads there is a mistake
    assert judge(replace(made, db="other__tg_new_2"), case).rule == "copy-of-lower"
    prod = replace(copy(PROD, db="shop__tg_tmpl_1"), db="shop__tg_new_2")
    assert judge(prod, case).rule == "copy-of-prod"


@pytest.mark.parametrize("where", [{"db": "other"}, {"oid": "1"}, {"sysid": "1"}])
@pytest.mark.parametrize("ceiling", [INT, STG])
def test_a_clone_a_rename_and_a_restore_of_prod_all_show(where, ceiling):
    assert judge(copy(PROD, **where), Circumstances("shop", Ceiling(ceiling))).rule == "copy-of-prod"


@pytest.mark.parametrize("ceiling", [INT, STG])
@pytest.mark.parametrize("reading", [EMPTY, FULL])
def test_an_unmarked_database_beside_a_prod_counts_as_prod(reading, ceiling):
    beside = replace(reading, comments=(marker(PROD, db="live", oid="2"), marker(INT, db="x", oid="3")))
    verdict = judge(beside, Circumstances("shop", Ceiling(ceiling), tolerant=True))
    assert (verdict.allowed, verdict.tier, verdict.stampable) == (STOP, PROD, False)
    assert (
        judge(replace(reading, comments=(marker(STG, db="x", oid="3"),)), CASES["ceiling int"]).rule != "prod-cluster"
    )


def test_tools_may_stamp_only_what_is_empty_and_unmarked():
    for reading, case in product([row[1] for row in TABLE], CASES.values()):
        expected = reading is EMPTY and case.ceiling.tier is not PROD
        assert judge(reading, case).stampable == expected


def test_an_unmarked_database_is_tolerated_with_a_warning_until_the_day():
    verdict = judge(FULL, replace(CASES["ceiling int"], tolerant=True))
    assert (verdict.allowed, verdict.rule) == (GO, "unmarked-tolerated")
    for reading in (BROKEN, bound(PROD), copy(PROD)):
        assert not judge(reading, replace(CASES["ceiling int"], tolerant=True)).allowed


def test_a_tolerated_database_may_be_prod_and_the_advice_says_so_first():
    hint = judge(FULL, replace(CASES["ceiling int"], tolerant=True)).hint
    assert hint.index("tierguard stamp prod") < hint.index("tierguard stamp int")


@pytest.mark.parametrize("tolerant", [False, True])
def test_advice_names_a_command_that_goes_to_this_database(tolerant):
    case = replace(CASES["ceiling int"], tolerant=tolerant, near=True, variables={INT: "TEST_URL"})
    led = replace(case, commands={INT: "tierguard stamp int --database b", STG: "tierguard stamp stg"})
    assert judge(FULL, led).hint == "If it really is INT, a person types: tierguard stamp int --database b"
    hint = judge(FULL, case).hint
    assert hint == "If it really is INT, let INT's URL (TEST_URL) lead to it; then a person types: tierguard stamp int"
    stg = replace(case, commands={STG: "tierguard stamp stg"}, asking="USE_STG=true")
    assert judge(FULL, stg).hint == (
        "STG's URL leads to it. If it really is STG, a person types: tierguard stamp stg. "
        "Then ask for STG: USE_STG=true"
    )


def test_a_database_of_this_machine_is_never_advised_to_be_prod():
    case = replace(CASES["ceiling int"], tolerant=True, near=True, commands={PROD: "tierguard stamp prod"})
    assert "stamp prod" not in judge(FULL, case).hint
    assert "tierguard stamp prod" in judge(FULL, replace(case, near=False)).hint


@pytest.mark.parametrize("case", [case for name, case in CASES.items() if name != "prod elsewhere"])
def test_every_finding_names_where_the_database_was_reached(case):
    for name, reading, *_ in TABLE:
        verdict = judge(reading, replace(case, place="db:5433"))
        assert not verdict.reason or " at db:5433" in verdict.reason, name


@pytest.mark.parametrize(("reading", "allowed"), [(EMPTY, GO), (FULL, STOP)])
def test_the_servers_own_database_is_explained_at_the_first_connect(reading, allowed):
    verdict = judge(replace(reading, db="postgres"), CASES["ceiling int"])
    assert (verdict.allowed, verdict.rule) == (allowed, "maintenance-database")
    assert "POSTGRES_DB" in verdict.hint
    assert "stamp" not in verdict.hint
    tools = judge(replace(reading, db="postgres"), replace(CASES["ceiling int"], selected=False))
    assert (tools.allowed, tools.rule) == (allowed, "" if allowed else "unmarked")  # who creates databases goes there
    assert "stamp" not in tools.hint


def test_who_reaches_stg_is_told_how_to_ask_for_it_and_tests_where_they_belong():
    case = replace(CASES["ceiling int"], asking="USE_STG=true")
    assert judge(bound(STG), case).hint == "Ask for STG if you mean it: USE_STG=true."
    assert 'call tierguard.resolve("stg")' in judge(bound(STG), replace(case, asking="")).hint
    assert judge(bound(STG), replace(case, tests=True)).hint == (
        "Tests run on INT: let them connect to tierguard.resolve().url."
    )
    known = replace(case, tests=True, variables={INT: "TEST_URL"})
    assert judge(bound(STG), known).hint.endswith("tierguard.resolve().url (TEST_URL).")
    assert "USE_STG" not in judge(bound(PROD), case).hint


def test_half_a_production_server_is_told_where_the_other_half_is_written():
    case = CASES["ceiling int"]
    assert "tierguard adopt lists them" in judge(bound(PROD), replace(case, server=True)).hint
    assert judge(bound(PROD), case).hint == "Check the URL: nothing was run."


@pytest.mark.parametrize("db", ["postgres", "template1"])
def test_nobody_is_told_to_stamp_a_servers_own_database_beside_prod(db):
    verdict = judge(replace(EMPTY, db=db, comments=(marker(PROD, db="live", oid="2"),)), CASES["ceiling int"])
    assert (verdict.allowed, verdict.rule) == (STOP, "prod-cluster")
    assert "stamp" not in verdict.hint


@pytest.mark.parametrize(("pinned", "ceiling"), list(product(Tier, [INT, STG])))
def test_a_pin_speaks_for_a_database_that_may_not_be_stamped(pinned, ceiling):
    verdict = judge(FULL, Circumstances("shop", Ceiling(ceiling), pinned=pinned))
    assert verdict.allowed == (pinned.rank <= ceiling.rank)
    assert verdict.proof == "pinned"


def test_a_pinned_prod_needs_no_finding():
    assert judge(FULL, replace(CASES["prod selected"], pinned=PROD)).finding is None


def test_another_projects_database_is_refused_to_int_and_stg_and_a_finding_on_prod():
    assert judge(bound(INT, project="blog"), CASES["ceiling int"]).rule == "other-project"
    assert judge(copy(INT, project="blog", oid="9"), CASES["ceiling stg"]).rule == "other-project"
    found = judge(bound(PROD, project="blog"), CASES["prod selected"])
    assert (found.allowed, found.rule) == (GO, "other-project")


def test_a_lower_tier_is_no_finding_where_its_url_was_not_the_selected_one():
    assert not judge(bound(INT), replace(CASES["ceiling stg"], selected=False)).rule


def test_every_stop_says_what_a_person_may_do():
    for reading, case in product([row[1] for row in TABLE], CASES.values()):
        verdict = judge(reading, case)
        if not verdict.allowed:
            assert verdict.reason
            assert verdict.hint


MARKERS = st.builds(
    Marker,
    st.sampled_from(Tier),
    st.sampled_from(["shop", "blog"]),
    st.sampled_from(["shop", "live"]),
    st.sampled_from(["16400", "1"]),
    st.sampled_from(["7001", "1"]),
)
READINGS = st.builds(
    Reading,
    db=st.just("shop"),
    oid=st.just("16400"),
    sysid=st.just("7001"),
    empty=st.booleans(),
    standby=st.booleans(),
    marker=st.none() | MARKERS,
    comments=st.lists(MARKERS, max_size=3).map(tuple),
    problem=st.sampled_from(["", "", "no answer"]),
)
LIMITED = st.builds(
    Circumstances,
    st.just("shop"),
    st.builds(Ceiling, st.sampled_from([INT, STG]), st.sampled_from(Authority)),
    selected=st.booleans(),
    tolerant=st.booleans(),
    pinned=st.none() | st.sampled_from(Tier),
)
ENTITLED = st.builds(
    Circumstances,
    st.just("shop"),
    st.builds(Ceiling, st.just(PROD), st.sampled_from(Authority)),
    selected=st.booleans(),
    tolerant=st.booleans(),
    pinned=st.none() | st.just(PROD),
)


@given(READINGS, LIMITED)
def test_nothing_that_claims_to_be_prod_or_above_is_ever_open_to_a_lower_ceiling(reading, case):
    verdict = judge(reading, case)
    claims = [reading.marker.tier] if reading.marker else []
    if case.pinned:
        claims.append(case.pinned)
    if any(tier.rank > case.ceiling.tier.rank for tier in claims):
        assert not verdict.allowed
    if reading.problem:
        assert not verdict.allowed
    if verdict.allowed and reading.marker is None and not case.pinned:
        assert not reading.cluster_holds_prod
        assert reading.empty or case.tolerant


@given(READINGS, ENTITLED)
def test_a_process_entitled_to_prod_is_stopped_by_a_proven_lower_tier_on_its_own_url_alone(reading, case):
    verdict = judge(reading, case)
    proves_lower = not reading.problem and reading.marker is not None and reading.marker.tier is not PROD
    assert verdict.allowed == (not (proves_lower and case.selected))
    if not verdict.allowed:
        assert verdict.mismatch
