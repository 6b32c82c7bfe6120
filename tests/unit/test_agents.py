"""Signs of coding agents: every known marker, what only looks like one, and what is left when one was shed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.agents import AGENTS, title, variables

from tierguard import startup
from tierguard.deciding.presence import find_absence
from tierguard.deciding.selection import choose
from tierguard.evidence import detect
from tierguard.evidence.agents import find_agent, find_hint
from tierguard.evidence.config import parse
from tierguard.evidence.lineage import Relative, name_programs, read_lineage
from tierguard.evidence.markers import MARKERS, PROGRAMS, Grade
from tierguard.model import Context, Outcome, Request

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")
EDITORS = [marker for marker in MARKERS if marker.grade is Grade.EDITOR]


@pytest.fixture
def at_terminal(tmp_path, monkeypatch):
    """Give the evidence of a process at a terminal, of which nothing is known but its variables."""
    config = parse({"project": "shop"}, tmp_path / "tierguard.toml")
    monkeypatch.setattr(detect, "_pytest_plugin_active", False)
    monkeypatch.setattr(detect, "lineage", tuple)
    monkeypatch.setattr(detect, "find_tests", lambda *_: "")
    monkeypatch.setattr(detect, "has_terminal", lambda: True)
    monkeypatch.setattr(startup, "environment", lambda: None)
    return lambda environ: detect.detect(config, environ)


@pytest.mark.parametrize("marker", AGENTS, ids=title)
def test_every_marker_of_an_agent_is_nobody_at_a_terminal_and_no_server(marker, at_terminal):
    for server in ({}, {"TIERGUARD_PRODUCTION_MODE": "true"}):
        context = at_terminal(variables(marker) | server)
        assert context.agent == (marker.agent or "1")
        assert choose(context, Request(prod=True)).outcome is Outcome.REFUSE
        assert find_absence(context) == f"a coding agent ({context.agent}) is at work"
        assert detect.identify_actor(context).kind == "agent"


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
@pytest.mark.parametrize("marker", MARKERS, ids=title)
def test_a_blank_value_is_no_marker(marker, blank, at_terminal):
    assert at_terminal(dict.fromkeys(variables(marker), blank)) == Context(terminal=True)


@pytest.mark.parametrize("marker", [marker for marker in MARKERS if len(marker.variables) > 1], ids=title)
def test_variables_that_count_together_do_not_count_alone(marker):
    for name, value in variables(marker).items():
        assert not find_agent({name: value})


@pytest.mark.parametrize("marker", EDITORS, ids=title)
def test_what_an_editor_sets_is_recorded_and_refuses_nobody(marker, at_terminal):
    context = at_terminal(variables(marker))
    assert (context.agent, context.hint) == ("", marker.agent)
    assert choose(context, Request(prod=True)).outcome is Outcome.CONFIRM
    assert not find_absence(context)
    actor = detect.identify_actor(context)
    assert (actor.kind, actor.hint) == ("human", marker.agent)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"OR_APP_NAME": "Aider"}, "aider"),
        ({"OR_APP_NAME": "Other"}, ""),
        ({"REPLIT_SESSION": "agent-1"}, "replit"),
        ({"REPLIT_SESSION": "user-1"}, ""),
        ({"CURSOR_TRACE_ID": "1", "PAGER": "less"}, ""),
        ({"AWS_EXECUTION_ENV": "AmazonQ-For-CLI"}, "amazon-q"),
        ({"AWS_EXECUTION_ENV": "AWS_ECS_FARGATE"}, ""),
        ({"EDITOR": "vim"}, ""),
        ({"AI_AGENT": "some/thing v1"}, "somethingv1"),
        ({"AGENT": "///"}, "unnamed"),
        ({"AGENT": "x" * 500}, "x" * 64),
        ({"AGENT": "goose", "GEMINI_CLI": "1"}, "gemini"),
    ],
)
def test_a_value_has_to_fit(environ, name):
    assert find_agent(environ) == name


def test_several_editors_are_all_in_the_hint():
    assert find_hint({"TERM_PROGRAM": "vscode", "CURSOR_TRACE_ID": "1", "CODEX_HOME": "/x"}) == "cursor, codex, vscode"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("claude", "claude"),
        ("-bash", "bash"),
        ("/usr/local/bin/node /usr/local/bin/gemini --yolo", "gemini"),
        ("node --max-old-space-size=8192 -r hook.js /opt/bin/qwen", "qwen"),
        ("node /x/node_modules/@anthropic-ai/claude-code/cli.js", "@anthropic-ai/claude-code"),
        ("node /x/node_modules/.pnpm/a@1/node_modules/opencode-ai/bin/run", "opencode-ai"),
        ("bun run /opt/opencode", "opencode"),
        ("/usr/bin/python3.12 -X utf8 -W error /opt/me/.local/bin/aider", "aider"),
        ("python -m aider", "aider"),
        ("python3 -Im openhands.core.main", "openhands"),
        ("bash -e /opt/bin/codex exec", "codex"),
    ],
)
def test_a_program_is_named_by_its_command_line(line, named):
    assert named in name_programs(tuple(line.split()))


@pytest.mark.parametrize(
    "line",
    [
        "vim claude",
        "less /srv/me/claude",
        "bash -c claude",
        "bash -lc claude",
        "python -c claude",
        "node -e claude",
        "node -pe claude",
        "python manage.py claude",
        "python -m pytest claude",
        "python gemini.py",
        "bash run claude",
        "node server.js --name claude",
        "ssh claude",
        "",
    ],
)
def test_a_word_that_is_no_program_names_none(line):
    assert not set(name_programs(tuple(line.split(" ")))) & PROGRAMS.keys()


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_agent_above_is_seen_by_its_name_or_its_script(name):
    for above in (Relative(name), Relative("node", ("node", f"/x/node_modules/{name}/cli.js"))):
        assert find_agent({}, (Relative("python"), Relative("bash"), above)) == PROGRAMS[name]
    assert not find_agent({}, (Relative(f"{name}tte"),))


def test_a_marker_that_was_shed_is_still_above():
    assert find_agent({}, (Relative("python"), Relative("bash", (), {"CLINE_ACTIVE": "true"}))) == "cline"


def test_what_a_program_took_out_of_its_environment_still_counts(at_terminal, monkeypatch):
    monkeypatch.setattr(startup, "environment", lambda: {"GEMINI_CLI": "1"})
    assert at_terminal({}).agent == "gemini"


def test_a_machine_of_an_agents_own_is_its_own(at_terminal, monkeypatch, tmp_path):
    monkeypatch.setattr(detect, "MACHINE", (str(tmp_path), "devin"))
    assert at_terminal({}).agent == "devin"


@needs_proc
def test_the_lineage_is_this_process_and_those_above_it():
    lineage = read_lineage(os.getpid())
    assert lineage[1:] == read_lineage(os.getppid())
    assert lineage[0].command[0] == Path("/proc/self/cmdline").read_text().split("\0")[0]
    assert read_lineage(2**30) == ()


@needs_proc
def test_the_lineage_keeps_the_markers_that_a_process_was_started_with_and_nothing_else():
    code = "import os; os.environ.clear(); from tierguard.evidence.lineage import read_lineage\n"
    code += "print(read_lineage(os.getpid())[0].environ)"
    env = {"CODEX_CI": "1", "AIDER_API_KEY": "s3cret", "SECRET": "s3cret"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "{'CODEX_CI': '1'}\n"


def test_every_marker_says_where_it_comes_from():
    assert all(marker.source and marker.variables for marker in MARKERS)
    assert len({marker.variables for marker in MARKERS}) == len(MARKERS)
