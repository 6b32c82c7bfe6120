"""Every single edit of a log is found, and the first bad record is named."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from tierguard.audit import Head, verify
from tierguard.audit.record import GENESIS, encode_entry, parse_frame, seal
from tierguard.model import Actor, Entry

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RECORDS = 10_000
EDITS = 200


def make_lines(count, *, start=1, prev=GENESIS):
    payload = encode_entry(Entry("connect", tier="int", actor=Actor("ada", 1, "human", "", 2, "x"), detail={"n": 1}))
    lines = []
    for seq in range(start, start + count):
        line, prev = seal(payload, seq, NOW, prev)
        lines.append(line)
    return lines


@pytest.fixture(scope="module")
def lines():
    return make_lines(RECORDS)


def head_of(lines, log="audit.jsonl"):
    frame = parse_frame(lines[-1])
    return Head(log, frame.seq, frame.hash, frame.ts)


def check(path, lines, **options):
    path.write_bytes(b"".join(lines))
    (result,) = verify([path], **options)
    return result


def edit_byte(lines, chance):
    index = chance.randrange(len(lines))
    line = bytearray(lines[index])
    place = chance.randrange(len(line))
    line[place] = chance.choice([value for value in range(256) if value != line[place]])
    return [*lines[:index], bytes(line), *lines[index + 1 :]], index + 1


def remove_line(lines, chance):
    index = chance.randrange(len(lines))
    return [*lines[:index], *lines[index + 1 :]], index + 1 if index + 1 < len(lines) else 0


def swap_lines(lines, chance):
    first, second = sorted(chance.sample(range(len(lines)), 2))
    edited = list(lines)
    edited[first], edited[second] = edited[second], edited[first]
    return edited, first + 1


def duplicate_line(lines, chance):
    source, place = chance.randrange(len(lines)), chance.randrange(1, len(lines) + 1)
    return [*lines[:place], lines[source], *lines[place:]], place + 1


def append_forged(lines, chance):
    frame = parse_frame(lines[-1])
    forged, _ = seal(encode_entry(Entry("forged")), frame.seq + 1, NOW, f"{chance.getrandbits(256):064x}")
    if chance.random() < 0.5:
        forged, _ = seal(encode_entry(Entry("forged")), frame.seq + 1, NOW, frame.hash)
        forged = re.sub(rb'"hash":"\w+"', b'"hash":"%064x"' % chance.getrandbits(256), forged)
    return [*lines, forged], len(lines) + 1


@pytest.mark.parametrize("edit", [edit_byte, remove_line, swap_lines, duplicate_line, append_forged])
def test_each_of_many_random_edits_is_found_at_its_line(tmp_path, lines, edit):
    chance = random.Random(edit.__name__)  # noqa: S311 - the same edits in every run
    for _ in range(EDITS // 5):
        edited, bad = edit(lines, chance)
        result = check(tmp_path / "audit.jsonl", edited, heads=[head_of(lines)])
        assert not result.ok
        assert result.faults[0].line == bad, result.faults[0]


def test_an_untouched_log_verifies_and_says_where_it_ends(tmp_path, lines):
    result = check(tmp_path / "audit.jsonl", lines, heads=[head_of(lines[:500]), head_of(lines)])
    assert result.ok
    assert result.records == RECORDS
    assert result.head == head_of(lines)


def test_the_fault_names_file_line_number_and_kind(tmp_path):
    lines = make_lines(9)
    lines[4] = lines[4].replace(b'"n":1', b'"n":2')
    fault = check(tmp_path / "audit.jsonl", lines).faults[0]
    assert (fault.path, fault.line, fault.seq, fault.kind) == (str(tmp_path / "audit.jsonl"), 5, 5, "edited")
    assert "audit.jsonl:5 (seq 5): edited: its content does not match its hash" in str(fault)
    assert fault.as_finding().id == "audit-edited"


@pytest.mark.parametrize(
    ("edit", "kind", "seq"),
    [
        (lambda lines: lines[1:], "removed", 2),
        (lambda lines: [*lines[:3], *lines[5:]], "removed", 6),
        (lambda lines: [*lines[:3], lines[0], *lines[3:]], "inserted", 1),
        (lambda lines: [*lines[:3], b"hello\n", *lines[3:]], "foreign", None),
        (lambda lines: [*lines, lines[-1][:20]], "torn", None),
        (lambda lines: [b"\xef\xbb\xbf", *lines], "foreign", None),
        (lambda lines: [*lines[:4], *make_lines(4, start=5, prev="ab" * 32)], "broken", 5),
    ],
)
def test_the_kind_says_what_happened_and_the_rest_still_counts(tmp_path, edit, kind, seq):
    result = check(tmp_path / "audit.jsonl", edit(make_lines(8)))
    assert [(fault.kind, fault.seq) for fault in result.faults] == [(kind, seq)]


def test_a_cut_tail_shows_against_an_anchor_only(tmp_path):
    lines = make_lines(8)
    path = tmp_path / "audit.jsonl"
    assert check(path, lines[:5]).ok
    (fault,) = check(path, lines[:5], heads=[head_of(lines)]).faults
    assert (fault.kind, fault.seq) == ("truncated", 8)


def test_a_rewritten_log_shows_against_an_anchor_only(tmp_path):
    path = tmp_path / "audit.jsonl"
    kept = make_lines(4)
    rewritten = [*kept, seal(encode_entry(Entry("clean")), 5, NOW, parse_frame(kept[-1]).hash)[0]]
    assert check(path, rewritten).ok
    (fault,) = check(path, rewritten, heads=[head_of(make_lines(5))]).faults
    assert (fault.kind, fault.line, fault.seq) == ("replaced", 5, 5)


def test_a_missing_log_is_a_fault_and_an_anchored_one_doubly_so(tmp_path):
    (result,) = verify([tmp_path / "audit.jsonl"], heads=[head_of(make_lines(3))])
    assert [fault.kind for fault in result.faults] == ["missing", "truncated"]


def test_records_of_a_newer_version_are_chained_and_noted(tmp_path):
    lines = make_lines(2)
    frame = parse_frame(lines[-1])
    newer, _ = seal(encode_entry(Entry("new")), 3, NOW, frame.hash)
    body = newer[: newer.rindex(b',"hash"')].replace(b'{"v":1', b'{"v":2')
    digest = sha256(body).hexdigest()
    lines += [b'%b,"hash":"%b"}\n' % (body, digest.encode()), *make_lines(2, start=4, prev=digest)]
    result = check(tmp_path / "audit.jsonl", lines)
    assert result.ok
    assert result.records == 5
    assert "format 2" in result.notes[0]


def test_malformed_content_under_a_right_hash_shows_with_content(tmp_path):
    line, _ = seal('"event":"x",', 1, NOW, GENESIS)
    assert check(tmp_path / "audit.jsonl", [line]).ok
    assert check(tmp_path / "audit.jsonl", [line], content=True).faults[0].kind == "malformed"


def test_a_chain_that_begins_later_is_accepted_when_older_files_were_archived(tmp_path):
    lines = make_lines(8)[3:]
    assert not check(tmp_path / "audit.jsonl", lines).ok
    assert check(tmp_path / "audit.jsonl", lines, archived=True).ok
