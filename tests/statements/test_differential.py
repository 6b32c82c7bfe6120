"""No verdict is weaker than what a real server does: every fixture statement is run there, and looked at."""

import pytest
from support.laboratory import run_fixture, suited
from support.observing import Session, StatementError
from support.statement_files import families, read_family
from support.weighing import weigh

from tierguard.model import Operation
from tierguard.statements.classifying import classify

DECIDABLE = [family for family in families() if family != "undecidable"]


@pytest.mark.parametrize("family", DECIDABLE)
def test_no_verdict_is_weaker_than_what_the_server_did(family, laboratory):
    weaker = []
    fixtures = suited(read_family(family), laboratory)
    for fixture in fixtures:
        seen = run_fixture(fixture, laboratory)
        found = weigh(classify(fixture.sql), seen) if seen else []
        weaker += [f"{fixture}: {sentence}" for sentence in found]

    assert not weaker, f"{len(fixtures)} statements, {len(weaker)} sentences of weakness:\n" + "\n".join(weaker)


@pytest.mark.parametrize("fixture", read_family("undecidable"), ids=str)
def test_what_no_text_can_show_is_stopped_by_a_session_that_only_reads(fixture, laboratory):
    session = Session(laboratory.cluster.url("differ_main"))
    try:
        session.run("SET default_transaction_read_only = on")
        with pytest.raises(StatementError, match="read-only transaction"):
            session.run(fixture.sql)
    finally:
        session.close()

    assert classify(fixture.sql).gravest == Operation.READ
    assert weigh(classify(fixture.sql), run_fixture(fixture, laboratory)) != []
