"""The check over what a killed server has left."""

from dataclasses import replace

from support.facts import GOOD, facts

from tierguard.checks import strays
from tierguard.model import Finding, Level, Tier

LEFT = ("/data/base/17001", 8 * 1024**2)


def found(tier):
    message = "/data/base/17001 takes 8.0 MB and belongs to no database: its server was killed."
    hint = "Stop the server, remove that folder, and start it again."
    return Finding("orphan-directory", Level.WARNING, message, hint, tier)


def test_a_clean_server_needs_no_word(tmp_path):
    assert strays.check(facts(tmp_path, {"int": GOOD})) == []


def test_what_is_left_is_said_once_a_server(tmp_path):
    states = {"int": replace(GOOD, strays=(LEFT,)), "stg": replace(GOOD, strays=(LEFT,))}
    assert strays.check(facts(tmp_path, states)) == [found(Tier.INT)]
    states["stg"] = replace(states["stg"], cluster="72")
    assert strays.check(facts(tmp_path, states)) == [found(Tier.INT), found(Tier.STG)]
