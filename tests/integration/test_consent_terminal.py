"""Questions in a real pseudo-terminal: what counts as an answer, and who is asked at all."""

import json
import shlex
import sys

import pexpect
import pytest
from support import clusters
from support.agents import AGENTS, FEW, title, variables
from support.child import environment, needs_no_agent, type_at_terminal
from support.patience import patience

ASK = "import tierguard; tierguard.install(); print('got', tierguard.resolve('prod').tier)"
QUESTION = "Type yes to go on, anything else stops here:"

pytestmark = needs_no_agent


@pytest.fixture
def project(tmp_path):
    return clusters.project(tmp_path / "project", prod_url="postgresql://app@db.invalid/shop")


@pytest.fixture
def open_terminal(project):
    """Start code in a pseudo-terminal that a test types into as it likes."""
    opened = []

    def start(code, *, before=""):
        shell = f"{before}; " if before else ""
        line = f"{shell}exec {sys.executable} -c {shlex.quote(code)}"
        child = pexpect.spawn(
            "sh", ["-c", line], cwd=str(project), env=environment(), encoding="utf-8", timeout=patience()
        )
        opened.append(child)
        return child

    yield start
    for child in opened:
        child.close(force=True)


def end(child):
    """Return the rest of what a child says, and its exit code."""
    child.expect(pexpect.EOF)
    said = child.before
    child.close()
    return said, child.exitstatus


def records(project):
    return [json.loads(line) for line in (project / "logs" / "audit.jsonl").read_text().splitlines()]


def asked(*answers):
    return [(QUESTION, answer) for answer in answers]


def ask(project, code=ASK, *, answers, **env):
    return type_at_terminal([sys.executable, "-c", code], cwd=project, env=environment(**env), answers=answers)


def test_who_types_yes_after_the_question_gets_prod(project):
    said, code = ask(project, answers=asked("yes\r"))
    assert (code, "got prod" in said) == (0, True), said


@pytest.mark.parametrize(
    "typed", ["yes\n", "yes\r", "yes\nyes\nyes\n", "yes\n" * 400], ids=["line", "enter", "lines", "page"]
)
def test_what_was_typed_or_pasted_before_the_question_is_no_answer(open_terminal, project, typed):
    child = open_terminal(ASK, before="echo ready; read first")
    child.expect_exact("ready")
    child.send(f"first\n{typed}")  # the rest waits in the terminal while Python starts
    child.expect_exact(QUESTION)
    child.send("no\n")
    said, code = end(child)
    assert code == 3, said
    assert "got" not in said
    assert [record["detail"]["consent"] for record in records(project)] == ["yes was not typed at a terminal"]


EARLY = """
import os, sys
import tierguard
tierguard.install()
from tierguard.process import terminal
shown = terminal._write
def write(tty, text):
    shown(tty, text)
    sys.stdout.write("now\\n"); sys.stdout.flush()
    sys.stdin.readline()  # until the answer is there, before the question's last line
terminal._write = lambda tty, text: (write if text.endswith("\\n") else shown)(tty, text)
tierguard.resolve("prod")
"""


def test_a_script_that_types_while_the_warning_is_shown_is_no_person(open_terminal):
    child = open_terminal(EARLY)
    child.expect_exact("now")
    child.send("go on\nyes\n")
    child.expect_exact(QUESTION)
    child.sendeof()
    assert end(child)[1] == 3


def test_a_terminal_in_any_mode_is_read_by_lines_and_put_back(open_terminal):
    code = "import termios, tty; tty.setraw(0); before = termios.tcgetattr(0); "
    child = open_terminal(f"{code}{ASK}; print('same', termios.tcgetattr(0) == before)")
    child.expect_exact(QUESTION)
    child.send("yes\r")
    said, status = end(child)
    assert (status, "same True" in said) == (0, True), said


IN_A_LOOP = "import asyncio, tierguard; tierguard.install(); from tierguard.process import terminal\n{setting}\n"
IN_A_LOOP += "async def main(): print('got', tierguard.resolve('prod').tier)\nasyncio.run(main())"
IN_A_THREAD = "import threading, tierguard; tierguard.install()\n"
IN_A_THREAD += "from concurrent.futures import ThreadPoolExecutor\n"
IN_A_THREAD += "with ThreadPoolExecutor() as pool: pool.submit(tierguard.resolve, 'prod').result()"


@pytest.mark.parametrize("code", [ASK, IN_A_LOOP.format(setting=""), IN_A_THREAD], ids=["main", "loop", "thread"])
def test_an_interrupt_ends_it_with_one_line_and_130(project, code):
    said, status = ask(project, code, answers=asked("\x03"))
    assert status == 130, said
    assert len([line for line in said.split(QUESTION)[1].splitlines() if line.strip(" ^C")]) == 1
    assert records(project)[-1]["detail"]["consent"] == "interrupted"


@pytest.mark.parametrize("words", [["run", "--tier", "prod", "true"], ["stamp", "prod"], ["psql", "--tier", "prod"]])
def test_an_interrupt_ends_a_command_with_one_line_and_130(project, prod_cluster, words):
    clusters.project(project, prod_url=prod_cluster.url("prod"))
    said, status = type_at_terminal(
        ["tierguard", *words], cwd=project, env=environment(), answers=[("anything else stops here:", "\x03")]
    )
    assert status == 130, said
    line = [line for line in said.split("stops here:")[1].splitlines() if line.strip(" ^C")]
    assert len(line) == 1
    assert "interrupted at the question" in line[0]


def test_a_person_answers_a_script_that_runs_an_event_loop(project):
    said, status = ask(project, IN_A_LOOP.format(setting=""), answers=asked("yes\r"))
    assert (status, "got prod" in said) == (0, True), said


def test_an_event_loop_goes_on_where_nobody_answers(project):
    said, status = ask(project, IN_A_LOOP.format(setting="terminal.PATIENCE = 0.2"), answers=[(QUESTION, "")])
    assert status == 3
    assert "nobody answered in time" in said


def test_a_no_is_remembered_by_the_process(project):
    code = "import tierguard\nfor _ in range(3):\n  try: tierguard.resolve('prod')\n"
    code += "  except tierguard.ConsentRefused as error: print('refused', error.rule)"
    said, _ = ask(project, code, answers=asked("no\r"))
    assert said.count("refused R6") == 3
    assert said.count(QUESTION) == len(records(project)) == 1


SHOP = """
import tierguard
tierguard.install()
from fastapi import FastAPI
from tierguard.adapters.fastapi import Claim, TierMiddleware
app = FastAPI()
app.add_middleware(TierMiddleware, probe=lambda: Claim(None))
"""
SERVER = {"USE_PROD_DATABASE": "true", "APP_PRODUCTION": "true"}


def serve(project, answers, **env):
    (project / ".git").mkdir()
    (project / "shop.py").write_text(SHOP)
    command = [sys.executable, "-m", "uvicorn", "shop:app", "--port", "0"]
    return type_at_terminal(command, cwd=project, env=environment(**env), answers=answers)


STARTED = ("Application startup complete", "")
STOPPED = ("Uvicorn running", "\x03")


def test_a_server_that_must_ask_asks_when_it_starts(project):
    said, _ = serve(project, [*asked("yes\r"), STARTED, STOPPED], **SERVER)
    assert said.count(QUESTION) == 1
    assert [(one["event"], one["decision"], one["rule"]) for one in records(project)] == [("select", "allow", "R3")]


@pytest.mark.parametrize(("answer", "code"), [("no\r", 3), ("\x03", 130)], ids=["no", "interrupt"])
def test_a_server_that_is_told_no_does_not_start(project, answer, code):
    said, status = serve(project, asked(answer), **SERVER)
    assert status == code, said
    assert "Uvicorn running" not in said
    assert said.count(QUESTION) == len(records(project)) == 1


def test_a_server_that_need_not_ask_just_starts(project):
    said, _ = serve(project, [STARTED, STOPPED])
    assert QUESTION not in said


def test_a_background_job_is_refused_instead_of_stopped(project):
    code = f"import os; os.setpgid(0, 0)\n{ASK}"
    said, status = ask(
        project, f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {code!r}]))", answers=[]
    )
    assert status == 3, said
    assert "Type yes" not in said


TYPING = [("", "yes\r"), ("", "app/prod\r")]  # at once, whether or not anybody asks


def refuse_agent(project, environ):
    said, status = ask(project, answers=TYPING, **environ)
    assert status == 3, said
    assert "Type yes" not in said
    assert "got prod" not in said
    assert [(one["decision"], one["actor"]["kind"]) for one in records(project)] == [("refuse", "agent")]


@pytest.mark.parametrize("marker", FEW, ids=title)
def test_an_agent_with_a_terminal_is_nobody(project, marker):
    refuse_agent(project, variables(marker))


@pytest.mark.soak
@pytest.mark.parametrize("marker", AGENTS, ids=title)
def test_every_agent_with_a_terminal_is_nobody(project, marker):
    refuse_agent(project, variables(marker))


def test_an_editors_terminal_is_a_persons(project):
    said, status = ask(project, answers=asked("yes\r"), TERM_PROGRAM="vscode", CURSOR_TRACE_ID="1", CLAUDECODE=" ")
    assert status == 0, said
    actor = records(project)[-1]["actor"]
    assert (actor["kind"], actor["hint"]) == ("human", "cursor, vscode")


EVERY = """
import json, os
from tierguard import errors
from tierguard.evidence.detect import detect
from tierguard.evidence.project import load_project
from tierguard.process.chosen import Process
config = load_project()
for environ in json.loads({environs!r}):
    process = Process(config, dict(os.environ), detect(config, dict(os.environ) | environ))
    try:
        print("got", process.choose("prod").tier)
    except errors.TierRefused as refusal:
        print("exit", refusal.exit_code)
"""


def test_no_agent_at_a_terminal_is_asked_for_prod(project):
    environs = [variables(marker) for marker in AGENTS]
    said, status = ask(project, EVERY.format(environs=json.dumps(environs)), answers=TYPING)
    assert status == 0, said
    assert "Type yes" not in said
    assert "got" not in said
    assert said.count("exit 3") == len(AGENTS)
    assert {(one["decision"], one["actor"]["kind"]) for one in records(project)} == {("refuse", "agent")}
