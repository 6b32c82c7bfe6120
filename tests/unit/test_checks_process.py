"""Checks over the process: how far its gate reaches, and what its environment would change."""

import pytest
from support.facts import facts

from tierguard import startup
from tierguard.checks import ambient, reach
from tierguard.model import Finding, Level

CALLS = (
    "Only programs that call tierguard.install() are gated:",
    "Install tierguard into the environment again.",
    "Old scripts and notebooks do not call it.",
)
MISSING = Finding("start-missing", Level.WARNING, f"{CALLS[0]} this environment has no start-up file.", CALLS[1])
BY_CALL = Finding("gate-by-call", Level.INFO, f'{CALLS[0]} the configuration says gate = "call".', CALLS[2])


@pytest.mark.parametrize(
    ("table", "started", "expected"),
    [
        ("", True, []),
        ('gate = "start"', True, []),
        ("", False, [MISSING]),
        ('gate = "call"', True, [BY_CALL]),
        ('gate = "call"', False, [BY_CALL]),  # it would not be used
    ],
)
def test_how_far_the_gate_reaches(tmp_path, monkeypatch, table, started, expected):
    monkeypatch.setattr(startup, "has_run", lambda: started)
    assert reach.check(facts(tmp_path, table=table)) == expected


def variable(name):
    message, hint = f"{name} is set: libpq reads it beside every URL.", "Unset it in the shell's profile."
    return Finding("ambient-variable", Level.ERROR, message, hint, name)


def test_each_variable_that_libpq_reads_beside_a_url_is_an_error(tmp_path):
    names = ("PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGOPTIONS")
    environ = {"PGSERVICE": "x", "PGOPTIONS": "-c a=b", "PGHOSTADDR": "10.0.0.1", "PGSERVICEFILE": "/there"}
    assert ambient.check(facts(tmp_path, environ=environ)) == [variable(name) for name in names]
    for name in names:
        assert ambient.check(facts(tmp_path, environ={name: environ[name]})) == [variable(name)]


@pytest.mark.parametrize(
    "environ",
    [{}, {"PGHOSTADDR": ""}, {"PGHOST": "h", "PGPORT": "1", "PGUSER": "u", "PGDATABASE": "d", "PGPASSWORD": "p"}],
)
def test_what_is_empty_or_only_fills_a_gap_in_a_url_is_none(tmp_path, environ):
    assert ambient.check(facts(tmp_path, environ=environ)) == []


def test_no_value_is_shown(tmp_path):
    assert "Zq7" not in repr(ambient.check(facts(tmp_path, environ={"PGOPTIONS": "Zq7secret"})))


@pytest.mark.parametrize(
    ("stg", "found"), [('service = "stg"', []), ('url = "STG_URL"', ["ambient-variable"])], ids=["services", "mixed"]
)
def test_where_every_source_is_a_service_its_file_belongs_to_it(tmp_path, stg, found):
    table = f'[databases.default]\nint.service = "int"\nstg.{stg}\nprod.service = "live"\n'
    findings = ambient.check(facts(tmp_path, table=table, environ={"PGSERVICEFILE": "/there"}))
    assert [one.id for one in findings] == found
    assert [one.subject for one in ambient.check(facts(tmp_path, table=table, environ={"PGSERVICE": "x"}))] == [
        "PGSERVICE"
    ]
