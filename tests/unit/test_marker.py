"""Who may stamp without a person, and SQL that says what it should whatever the names are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.deciding.identity import Reading
from tierguard.deciding.locality import is_near, may_stamp_alone
from tierguard.deciding.marker import Marker, make_marker, stamp_statements
from tierguard.deciding.verdict import Verdict
from tierguard.model import Tier
from tierguard.text.quoting import quote_identifier, quote_literal

EMPTY = Reading(db="shop", oid="1", sysid="2", empty=True)
YES = Verdict(True, "empty", None, stampable=True)  # noqa: FBT003 - a verdict's first word


@pytest.mark.parametrize(
    ("reading", "parameters", "alone"),
    [
        (EMPTY, {}, True),  # a socket
        (replace(EMPTY, address="127.0.0.1"), {"host": "127.0.0.1"}, True),
        (replace(EMPTY, address="::1"), {}, True),
        (replace(EMPTY, address="127.0.0.1/32"), {}, True),
        (replace(EMPTY, address="10.0.0.5"), {"host": "10.0.0.5"}, False),
        (replace(EMPTY, address="172.17.0.2"), {"host": "localhost"}, True),  # a container's mapped port
        (replace(EMPTY, address="10.0.0.5"), {"host": "localhost", "hostaddr": "10.0.0.5"}, False),
        (replace(EMPTY, address="172.17.0.2"), {"host": "postgres"}, True),  # a service container, configured
        (replace(EMPTY, address="172.17.0.2"), {"host": "postgres.example.org"}, False),
        (replace(EMPTY, address="9.9.9.9"), {"host": "postgres", "hostaddr": "9.9.9.9"}, False),  # the address counts
        (replace(EMPTY, standby=True), {}, False),
        (replace(EMPTY, db="postgres"), {}, False),
        (replace(EMPTY, db="template1"), {}, False),
        (replace(EMPTY, db="template_of_ours"), {}, False),
    ],
)
def test_tools_stamp_alone_only_what_is_local_ordinary_and_writable(reading, parameters, alone):
    assert may_stamp_alone(YES, reading, parameters, ("postgres", "db")) == alone
    assert not may_stamp_alone(replace(YES, stampable=False), reading, parameters, ("postgres", "db"))


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("/run/pg", True),
        ("", True),
        ("db", False),
        ("9.9.9.9", False),
    ],
)
def test_a_host_is_local_by_socket_name_or_range(host, local):
    assert is_near({"host": host}, ()) == local


def test_a_marker_is_bound_to_the_database_that_was_read_and_to_no_other():
    marker = make_marker(EMPTY, Tier.STG, "shop", stamped_at="t", stamped_by="me")
    assert replace(EMPTY, marker=marker).bound
    for change in ({"db": "other"}, {"oid": "9"}, {"sysid": "9"}):
        assert not replace(EMPTY, marker=marker, **change).bound


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_a_quoted_text_ends_where_it_should(text):
    literal, identifier = quote_literal(text).strip(), quote_identifier(text)
    body = literal.removeprefix("E")[1:-1]
    if literal.startswith("E"):
        body = body.replace("\\\\", "\\")
    assert body.replace("''", "'") == text
    assert "'" not in body.replace("''", "")
    assert identifier[1:-1].replace('""', '"') == text
    assert '"' not in identifier[1:-1].replace('""', "")


def test_both_comments_are_written_in_one_transaction():
    marker = make_marker(replace(EMPTY, db='a"b'), Tier.INT, "o'shop", stamped_at="", stamped_by="")
    sql = stamp_statements(marker)
    assert sql.startswith("BEGIN; ")
    assert sql.endswith("; COMMIT")
    assert 'COMMENT ON DATABASE "a""b" IS' in sql
    assert "o''shop" in sql


def test_a_name_is_compared_by_the_letters_that_every_encoding_has():
    marker = Marker(Tier.INT, "shop", "shop_café", "1", "2")
    assert marker.is_of("shop_café", "1", "2")
    assert marker.is_of("shop_cafÃ©", "1", "2")
    for other in (
        ("shop_cafe", "1", "2"),
        ("shop_café_old", "1", "2"),
        ("shop_café", "3", "2"),
        ("shop_café", "1", "3"),
    ):
        assert not marker.is_of(*other)
