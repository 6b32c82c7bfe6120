"""Whatever happens to the text of a seed file, the reader answers with seeds or with one readable refusal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.seed_files import SeedData, load
from app.services.seed_files.reading import decode
from app.services.seed_files.tree import Tree, parse
from tierguard.errors import SettingMismatch

SEEDS = Path(__file__).parents[2] / "seeds"
NAMES = sorted(str(path.relative_to(SEEDS)) for path in SEEDS.rglob("*.yaml"))
NASTY = [
    b"\0",
    b"\xff",
    b"\t",
    b"\n",
    b"\r",
    b": ",
    b"- ",
    b"? ",
    b"&a ",
    b"*a",
    b"!!set ",
    b"!<x> ",
    b"<<: ",
    b"{",
    b"}",
]
NASTY += [
    b"[",
    b"]",
    b"|\n",
    b">-\n",
    b"%YAML 9\n",
    b"---\n",
    b"...\n",
    b"#",
    b'"',
    b"'",
    b"\\",
    b"@",
    b"`",
    b"\xe2\x80\xa8",
]
NASTY += [
    b"~",
    b"true",
    b"1e999",
    b".nan",
    b"0x1F",
    b"9" * 5000,
    b"-0.0",
    b"10:30",
    b'"\\ud800"',
    b'"\\x00"',
    b"\xef\xbb\xbf",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    copy = tmp_path_factory.mktemp("mutations") / "seeds"
    shutil.copytree(SEEDS, copy)
    return copy


def mutate(raw: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """Replace, at each relative place, some bytes by others."""
    for place, removed, added in edits:
        at = int(place * len(raw))
        raw = raw[:at] + added + raw[at + removed :]
    return raw


EDIT = st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(NASTY) | st.binary(max_size=6))


@given(name=st.sampled_from(NAMES), edits=st.lists(EDIT, min_size=1, max_size=4))
@settings(max_examples=120)
def test_an_edited_file_gives_seeds_or_a_refusal_with_lines(folder, name, edits):
    original = (SEEDS / name).read_bytes()
    (folder / name).write_bytes(mutate(original, edits))
    try:
        assert isinstance(load(folder), SeedData)
    except SettingMismatch as refusal:
        first, *rest = refusal.message.splitlines()
        assert first.startswith("The seed files have ")
        assert rest
        assert len(rest) <= 21
    finally:
        (folder / name).write_bytes(original)


@given(st.lists(st.sampled_from(NASTY) | st.binary(max_size=4) | st.sampled_from([b"a", b" ", b"  "]), max_size=30))
@settings(max_examples=400)
def test_any_bytes_are_decoded_and_parsed_or_refused(pieces):
    raw = b"".join(pieces)
    text = decode("file", raw)
    if not isinstance(text, str):
        assert 1 <= text.line <= raw.count(b"\n") + 1
        return
    tree = parse("file", text)
    assert isinstance(tree, Tree)
    assert not tree.broken or tree.problems
    assert all(problem.line >= 1 and "\n" not in str(problem) for problem in tree.problems)


@given(
    st.recursive(
        st.text("abc é", min_size=1) | st.integers(0, 99), lambda inner: st.lists(inner, max_size=4), max_leaves=12
    )
)
def test_flow_lists_of_words_and_numbers_are_read_as_written(value):
    def written(item):
        if isinstance(item, list):
            return "[" + ", ".join(map(written, item)) + "]"
        return str(item) if isinstance(item, int) else f"'{item}'"

    def expected(item):
        return tuple(map(expected, item)) if isinstance(item, list) else item

    tree = parse("file", written(value))
    assert not tree.problems
    assert tree.value == expected(value)
