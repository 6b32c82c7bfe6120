"""The record format: field order, chaining, masking, and one line whatever the text."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.audit.record import GENESIS, LONGEST_TEXT, encode_entry, parse_frame, seal
from tierguard.model import Actor, Entry, Location, Operation, Tier
from tierguard.text import masking

NOW = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
ACTOR = Actor("ada", 1000, "human", "/dev/pts/3", 77, "prep_db.py")
FULL = Entry(
    "connect",
    "default",
    Tier.PROD,
    Operation.READ,
    "allow",
    "R6",
    "asked for",
    Location("db", "5432", "shop", "71"),
    ACTOR,
    "shop",
    "laptop",
    {"rows": 3, "ms": 1.5, "ok": True, "none": None, "nested": {"list": ["a", 1]}},
)


def line_of(entry, seq=1, now=NOW, prev=GENESIS):
    return seal(encode_entry(entry), seq, now, prev)[0]


def test_fields_stand_in_the_order_of_the_design():
    data = json.loads(line_of(FULL))
    names = "v seq ts event database tier operation decision rule reason target actor project host detail prev hash"
    assert list(data) == names.split()
    assert list(data["target"]) == ["host", "port", "database", "cluster"]
    assert list(data["actor"]) == ["user", "uid", "kind", "tty", "pid", "argv0"]
    assert data["tier"] == "prod"
    assert data["detail"] == {"rows": 3, "ms": 1.5, "ok": True, "none": None, "nested": {"list": ["a", 1]}}


def test_detail_is_absent_where_an_entry_has_none():
    assert "detail" not in json.loads(line_of(Entry("connect")))


def test_ts_is_utc_with_microseconds_whatever_zone_the_clock_has():
    local = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert json.loads(line_of(FULL, now=local))["ts"] == "2026-03-01T12:00:00.000005Z"
    whole = NOW.replace(microsecond=0)
    assert json.loads(line_of(FULL, now=whole))["ts"] == "2026-03-01T12:00:00.000000Z"


def test_hash_covers_the_bytes_before_it():
    line = line_of(FULL)
    frame = parse_frame(line)
    assert frame.intact
    assert not parse_frame(line.replace(b"laptop", b"laptoq")).intact
    assert not parse_frame(line.replace(b'"prev":"0', b'"prev":"1')).intact


@pytest.mark.parametrize("line", [b"", b"\n", b"{}\n", b"null\n", b"foreign\n", line_of(FULL)[:-1], line_of(FULL)[1:]])
def test_what_is_no_record_has_no_frame(line):
    assert parse_frame(line) is None


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text() | st.integers() | st.floats() | st.none()))
def test_every_text_gives_one_ascii_line_of_json(reason, key, detail):
    line = line_of(Entry("connect", reason=reason, target=Location(reason, key, reason, key), detail=detail))
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert isinstance(json.loads(line, parse_constant=pytest.fail), dict)
    assert parse_frame(line).intact


def test_passwords_are_masked_in_every_field():
    url = "postgresql://ada:hunter22@db/shop"
    actor = Actor(url, 1, url, url, 1, url, (url,))
    entry = Entry(
        url, url, url, url, url, url, url, Location(url, url, url, url), actor, url, url, {url: [url, {"x": url}]}
    )
    assert b"hunter22" not in line_of(entry)


def test_a_secret_marked_later_is_masked_from_then_on(monkeypatch):
    monkeypatch.setattr(masking, "_literals", set())
    entry = Entry("connect", reason="refused for s3cr3t-w0rd")
    assert b"s3cr3t-w0rd" in line_of(entry)
    masking.remember("s3cr3t-w0rd")
    assert b"s3cr3t-w0rd" not in line_of(entry)


def test_a_huge_text_is_cut_after_masking():
    line = line_of(Entry("connect", reason="x" * (LONGEST_TEXT - 10) + " password=hunter22hunter22"))
    assert b"hunter" not in line
    cut = json.loads(line_of(Entry("connect", reason="y" * 100_000)))["reason"]
    assert cut.endswith("… (100000 characters)")
    assert len(cut) < LONGEST_TEXT + 40
