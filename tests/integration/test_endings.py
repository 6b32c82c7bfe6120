"""How a program ends that was refused: by one line and 3. At a prompt it goes on, and a handler has the last word."""

import sys

import pexpect
import pytest
from support import clusters
from support.child import environment, run
from support.patience import patience

LINE = "tierguard (above-int): prod"
CONNECT = 'import os, psycopg; psycopg.connect(os.environ["U"])'


@pytest.fixture
def project(tmp_path):
    return clusters.project(tmp_path / "project")


@pytest.fixture
def start(project, prod_cluster):
    """Run code, or a command, in the project; ``U`` leads to PROD."""

    def start(code, *words, **variables):
        (project / "program.py").write_text(code)
        env = environment(U=prod_cluster.url("prod"), **variables)
        return run([*(words or (sys.executable, "program.py"))], cwd=project, env=env)

    return start


def in_thread(name):
    """Return a program that does its work in a thread of that name, and waits in its main thread."""
    return (
        f"import threading\ndef work():\n    {CONNECT}\n"
        f"threading.Thread(target=work, name={name!r}, daemon=True).start()\nthreading.Event().wait({{wait}})"
    )


def test_an_uncaught_refusal_is_said_once(start):
    done = start(CONNECT)
    assert (done.returncode, done.stderr.count(LINE), len(done.stderr.splitlines())) == (3, 1, 1)


@pytest.mark.parametrize(
    ("variables", "rule", "code"),
    [({"USE_PROD_DATABASE": "true"}, "R7", 3), ({"USE_STG_DATABASE": "ture"}, "setting-mismatch", 2)],
)
def test_a_choice_that_is_refused_before_a_driver_is_imported_is_one_line_too(start, variables, rule, code):
    done = start("import tierguard\ntierguard.resolve()", **variables)
    assert (done.returncode, len(done.stderr.splitlines())) == (code, 1), done.stderr
    assert done.stderr.startswith(f"tierguard ({rule}): ")


def test_a_pool_that_swallows_it_ends_with_it(start):
    code = (
        "import os, psycopg_pool\nwith psycopg_pool.ConnectionPool(os.environ['U'], min_size=1, timeout=0.5) as pool:\n"
    )
    done = start(f"{code}    pool.getconn()")
    assert done.returncode == 3, done.stderr
    assert "PoolTimeout" in done.stderr
    assert done.stderr.splitlines()[-1].startswith(LINE)


@pytest.mark.parametrize("code", [f"try:\n    {CONNECT}\nexcept Exception: pass", in_thread("own").format(wait=0.5)])
def test_a_program_that_goes_on_ends_as_it_says(start, code):
    done = start(f"{code}\nprint('on')")
    assert (done.returncode, done.stdout, done.stderr.count(LINE)) == (0, "on\n", 1), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "closing",
    [">&-", "2>&-", "<&-", ">&- 2>&- <&-", ">/dev/full", "2>/dev/full"],
)
def test_closed_streams_do_not_change_its_exit_code(start, closing):
    code = f"import sys\nif sys.stdout: print('before')\n{CONNECT}"
    done = start(code, "sh", "-c", f"{sys.executable} program.py {closing}")
    assert (done.returncode, done.stderr.count(LINE)) == (3, "2>" not in closing), done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("number", [1, 2])
def test_a_stream_that_the_program_closed_does_not_either(start, number):
    done = start(f"print('before')\nimport os; os.close({number})\n{CONNECT}")
    assert (done.returncode, done.stderr.count(LINE)) == (3, number == 1), done.stderr


def test_tasks_of_a_group_end_with_the_line(start):
    code = "import asyncio, os, psycopg\nasync def main():\n  async with asyncio.TaskGroup() as group:\n"
    code += "    group.create_task(psycopg.AsyncConnection.connect(os.environ['U']))\nasyncio.run(main())"
    done = start(code)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1), done.stderr


def test_a_spawned_child_ends_with_the_line(start):
    code = f"import multiprocessing\ndef work():\n    {CONNECT}\nif __name__ == '__main__':\n"
    code += "    child = multiprocessing.get_context('spawn').Process(target=work)\n"
    done = start(f"{code}    child.start(); child.join(); print(child.exitcode)")
    assert done.stdout == "3\n"
    assert (done.stderr.count(LINE), "Traceback" in done.stderr) == (1, False), done.stderr


@pytest.mark.parametrize("words", [[], ["-i", "program.py"]])
def test_a_prompt_at_a_terminal_goes_on(project, prod_cluster, words):
    (project / "program.py").write_text(CONNECT)
    env = environment(U=prod_cluster.url("prod"), TERM="dumb")
    child = pexpect.spawn(sys.executable, words, cwd=str(project), env=env, encoding="utf-8", timeout=patience())
    try:
        for line, answer in ((CONNECT, LINE), ("1/0", "ZeroDivisionError"), ("print(6*7)", "42"), (CONNECT, LINE)):
            child.expect_exact(">>> ")
            assert "Traceback" not in (said := child.before) or "ZeroDivision" in said, said
            child.sendline(line)
            child.expect_exact(answer)
        child.expect_exact(">>> ")
        child.sendeof()
        child.expect(pexpect.EOF)
        assert child.before.count(LINE) == 0
    finally:
        child.close(force=True)
    assert child.exitstatus == 0


@pytest.mark.parametrize("variable", ["RUN_MAIN", "WERKZEUG_RUN_MAIN"])
def test_a_reloader_is_not_told_to_start_it_again(start, variable):
    assert start(CONNECT, **{variable: "true"}).returncode == 4


def test_a_program_beside_a_reloader_ends_the_process(start):
    done = start(in_thread("django-main-thread").format(wait=""), RUN_MAIN="true")
    assert (done.returncode, done.stderr.count(LINE), len(done.stderr.splitlines())) == (4, 1, 1), done.stderr


MODULE = f"from fastapi import FastAPI\n{CONNECT}\napp = FastAPI()"
LIFESPAN = (
    "import os, psycopg\nfrom contextlib import asynccontextmanager\nfrom fastapi import FastAPI\n"
    "@asynccontextmanager\nasync def lifespan(app):\n"
    "    await psycopg.AsyncConnection.connect(os.environ['U'])\n    yield\napp = FastAPI(lifespan=lifespan)"
)


@pytest.mark.parametrize("code", [MODULE, LIFESPAN], ids=["module", "lifespan"])
@pytest.mark.parametrize("option", [None, "--reload", "--workers=2"])
def test_uvicorn_shows_the_line_and_does_not_stay_up(start, code, option):
    done = start(code, sys.executable, "-m", "uvicorn", "program:app", "--port=0", *filter(None, [option]))
    assert LINE in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if option else 3)  # its supervisor takes every end for an ordinary one


def test_a_supervisor_that_is_not_its_own_is_left_alone(start):
    code = f"import multiprocessing, time, uvicorn\ndef work():\n    {CONNECT}\nif __name__ == '__main__':\n"
    code += "    child = multiprocessing.get_context('spawn').Process(target=work)\n"
    done = start(f"{code}    child.start(); child.join(); print('here')")
    assert (done.returncode, done.stdout) == (0, "here\n"), done.stderr
