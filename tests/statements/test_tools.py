"""What the tools that are installed really ask a database is a read: object mappers, drivers, the console."""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

from support.clusters import programs_of_18

from tierguard.deciding.identity import QUERY
from tierguard.model import Operation
from tierguard.statements.classifying import classify

SCRIPT = Path(__file__).with_name("tools.py")
CONSOLE = (
    r"\d people",
    r"\d+ adults",
    r"\dt+",
    r"\df",
    r"\du",
    r"\l",
    r"\dp",
    r"\sf add",
    r"\dn+",
    r"\dx",
    r"\di+",
    r"\ds",
    r"\dT+",
)
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PYTHONPATH": sysconfig.get_path("purelib")}
_ASKED = re.compile(r"LOG:  (?:statement|execute [^:]*): (.*)", re.DOTALL)


def graver(statements):
    return {sql: str(effects.gravest) for sql in statements if (effects := classify(sql)).gravest != Operation.READ}


def asked(laboratory, command, cwd):
    """Return what a command asks the server, by the server's log."""
    since = len(laboratory.cluster.log_text())
    done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    entries = laboratory.cluster.user_statements(since, "differ_main")
    return {found[1] for entry in entries if (found := _ASKED.search(entry))}


def test_what_mappers_and_drivers_ask_is_a_read(newer, tmp_path):
    # The tools alone: -S leaves out the gate of this environment.
    statements = asked(newer, [sys.executable, "-S", SCRIPT, newer.cluster.url("differ_main")], tmp_path)

    assert graver(statements) == {}
    assert len(statements) > 40


def test_what_the_console_asks_is_a_read(newer, tmp_path):
    psql = programs_of_18() / "psql"
    commands = [part for command in CONSOLE for part in ("-c", command)]

    statements = asked(newer, [psql, "-qX", newer.cluster.url("differ_main"), *commands], tmp_path)

    assert graver(statements) == {}
    assert len(statements) > 20


def test_our_own_question_is_a_read():
    assert classify(QUERY).gravest == Operation.READ
