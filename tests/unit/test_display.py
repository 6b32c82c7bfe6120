"""What is printed: no secret, and nothing that a terminal obeys. A JSON document stays the document that it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierguard.cli import options
from tierguard.cli.commands import doctor, explain, status
from tierguard.errors import TierguardError
from tierguard.model import Choice, Finding, Level, Outcome, Tier
from tierguard.process import terminal
from tierguard.process.ending import render
from tierguard.text import masking
from tierguard.text.display import clean, printable

EVIL = "\x1b[2J\x1b]0;title\x07\r\b\x9b31m\u202e\u2066\u2028\x7f\udcff\u200b"


def is_harmless(text):
    return all(one.isprintable() or one == "\n" for one in text)


@pytest.mark.parametrize("character", sorted(set(EVIL) - set("[]0;title31mJ2")), ids=ascii)
def test_what_a_terminal_would_obey_is_shown(character):
    assert is_harmless(printable(character))
    assert json.loads(f'"{printable(character)}"') == character


@given(st.text())
def test_a_printed_text_is_harmless_and_says_the_same(text):
    shown = printable(text)
    assert is_harmless(shown)
    assert not text.isprintable() or shown == text


def test_ordinary_text_stays_as_it_is():
    text = "[PROD] Zürich, 数据库, naïve café — 5 €"
    assert clean(text) == text


@given(
    st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
)
def test_json_keeps_its_meaning(value):
    masked = options._mask(value)
    document = json.dumps(masked, indent=2, ensure_ascii=False)
    assert json.loads(printable(document, keep="\n")) == masked


def test_json_masks_before_it_escapes(capsys):
    masking.remember('Zq7"back\\slash')
    try:
        options.print_json({"reason": 'said Zq7"back\\slash twice', EVIL: [EVIL]})
    finally:
        masking._literals.clear()
    said = capsys.readouterr().out
    assert is_harmless(said)
    assert json.loads(said) == {"reason": "said *** twice", EVIL: [EVIL]}


def test_every_door_cleans(capsys, monkeypatch):
    monkeypatch.setattr(terminal, "_shown", terminal.Once())
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    secret = f"{EVIL} postgresql://u:Zq7secret@h/d"
    options.say(secret, tier=Tier.INT)
    options.say(secret, err=True)
    terminal.warn(secret)
    terminal.show_banner(Tier.PROD, secret)
    terminal.say(render(TierguardError(secret, hint=secret)))
    explain.show(Choice(Outcome.ALLOW, Tier.INT, "R9", secret, hint=secret, notices=(secret,)), secret)
    doctor.show_findings([Finding("setting-missing", level, secret, secret) for level in Level])
    tier = {"configured": True, "contacted": True, "reachable": True, "marker": secret, "proof": secret, "rows": {}}
    tier |= {"size": 0, "endpoint": secret, "head": secret, "migration": secret, "error": secret}
    process = {"tier": "int", "rule": "R9", "reason": secret}
    status.show_status({"process": process, "tiers": dict.fromkeys(("int", "stg", "prod"), tier)})
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert is_harmless(text)
        assert "Zq7" not in text
        assert "postgresql://u:***@h/d" in text


@pytest.mark.parametrize("stream", [None, "closed"])
def test_a_closed_standard_error_stops_nobody(stream, monkeypatch, tmp_path, capsys):
    if stream:
        stream = (tmp_path / "closed").open("w")
        stream.close()
    monkeypatch.setattr("sys.stderr", stream)
    terminal.warn("hello")
    assert capsys.readouterr().out == ""
