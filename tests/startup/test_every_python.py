"""A script without tierguard in it, in an environment that has it: PROD is refused, however the script is started."""

import os
import textwrap
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from support.child import environment, run

MARK = "of a script without tierguard"
DELETE = f"DELETE FROM person /* {MARK} */"

USES = {
    "psycopg": "import psycopg; psycopg.connect({url!r}).execute({sql!r})",
    "psycopg2": "import psycopg2; psycopg2.connect({url!r}).cursor().execute({sql!r})",
    "asyncpg": "import asyncio, asyncpg; asyncio.run(asyncpg.connect({url!r})).execute({sql!r})",
    "pg8000": "import pg8000.dbapi as pg; pg.connect('postgres', host={host!r}, port={port}, database='prod')"
    ".cursor().execute({sql!r})",
    "sqlalchemy": "import sqlalchemy as s; s.create_engine({url!r}.replace(':', '+psycopg2:', 1)).connect()",
}


def line(shop, driver="psycopg"):
    """Return a script of one line that deletes everything in PROD."""
    where = urlsplit(shop.prod)
    return USES[driver].format(url=shop.prod, sql=DELETE, host=where.hostname, port=where.port)


def assert_refused(done, prod):
    said = f"{done.stdout}\n{done.stderr}"
    assert not prod.saw(MARK), said
    assert done.returncode == 3, said
    assert "above-int" in done.stderr, said
    assert "Traceback" not in done.stderr, said


@pytest.mark.parametrize("driver", USES)
def test_each_driver(shop, prod, driver):
    assert_refused(shop.run("-c", line(shop, driver)), prod)


NAKED = """
import sys
sys.path[:] = path = [{folder!r}, *(path for path in sys.path if "site-packages" not in path)]
import _psycopg
assert sys.path == path
if {url!r}:
    _psycopg._connect({url!r}).cursor().execute({sql!r})
"""


@pytest.mark.parametrize("connects", [True, False])
def test_a_driver_by_its_file_without_the_environment_on_the_path(shop, prod, connects):
    driver = shop.site_packages / "psycopg2"
    driver.symlink_to(Path(psycopg2.__file__).parent)
    try:
        done = shop.run("-c", NAKED.format(folder=str(driver), url=shop.prod if connects else "", sql=DELETE))
    finally:
        driver.unlink()
    if connects:
        assert_refused(done, prod)
    else:
        assert (done.returncode, done.stderr) == (0, "")


FLAGS = [["-I"], ["-E"], ["-P", "-s"], ["-OO"], ["-X", "utf8"], ["-W", "error"]]


@pytest.mark.parametrize("flags", FLAGS, ids=" ".join)
def test_with_flags_of_the_interpreter(shop, prod, flags):
    assert_refused(shop.run(*flags, "-c", line(shop)), prod)


def test_with_an_empty_environment(shop, prod):
    assert_refused(shop.run("-c", line(shop), env={}), prod)


def test_with_another_python_path_in_front(shop, prod, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("")
    assert_refused(shop.run("-c", line(shop), env=environment(PYTHONPATH=str(tmp_path))), prod)


@pytest.mark.parametrize("env", [{}, {"HOME": "/", "SHELL": "/bin/sh"}], ids=["nothing", "cron's"])
def test_from_cron(shop, prod, env):
    assert_refused(shop.run(shop.write("jobs/nightly.py", line(shop)), cwd="/", env=env), prod)


def test_as_a_console_script(shop, prod):
    shop.write(shop.site_packages / "nightly_job.py", f"def main():\n    {line(shop)}\n")
    text = f"#!{shop.python}\nimport sys\nfrom nightly_job import main\nsys.exit(main())\n"
    command = shop.write(".venv/bin/nightly", text)
    command.chmod(0o755)
    assert_refused(run([str(command)], cwd="/", env={}), prod)


def test_as_a_module_and_under_other_programs(shop, prod):
    shop.write("jobs/nightly.py", line(shop))
    assert_refused(shop.run("-m", "jobs.nightly"), prod)
    assert_refused(shop.run("-m", "cProfile", "-o", os.devnull, "jobs/nightly.py", cwd=shop.folder), prod)
    assert_refused(shop.run("-m", "runpy", "jobs.nightly"), prod)


WORKERS = """
import multiprocessing, sys

def work():
    {line}

if __name__ == "__main__":
    worker = multiprocessing.get_context({method!r}).Process(target=work)
    worker.start(); worker.join(); sys.exit(worker.exitcode)
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_in_a_worker_of_a_parent_that_uses_no_driver(shop, prod, method):
    script = shop.write(f"jobs/{method}_workers.py", WORKERS.format(line=line(shop), method=method))
    done = shop.run(script, cwd="/", env={})
    assert not prod.saw(MARK)
    assert done.returncode == (3 if method == "spawn" else 1)  # a forked worker's error has no other code
    assert "Traceback" not in done.stderr
    assert "tierguard (above-int)" in done.stderr


def test_in_a_child_that_gets_nothing_from_its_parent(shop, prod):
    child = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-I', '-c', {line(shop)!r}], env={{}}))"
    assert_refused(shop.run("-c", child, cwd="/"), prod)


def test_without_any_word_on_the_command_line(shop, prod):
    asking = environment(HOME=str(shop.folder), USE_PROD_DATABASE="true")
    done = shop.run(env=asking, input=line(shop))
    assert (done.returncode, done.stderr.count("tierguard (R7): ")) == (3, 1), done.stderr
    assert not prod.saw(MARK)


KERNEL = """
import sys, traceback
for cell in sys.stdin:
    try:
        exec(cell)
    except Exception as error:
        print(type(error).__name__)
"""


def test_in_a_kernel_that_was_started_from_home(shop, prod, tmp_path):
    shop.write(shop.site_packages / "kernel_launcher.py", KERNEL)
    cells = f"import os\n{line(shop)}\n{line(shop, 'psycopg2')}\n"
    done = shop.run("-m", "kernel_launcher", cwd=tmp_path, env={"HOME": str(tmp_path)}, input=cells)
    assert done.stdout == "IdentityMismatch\n" * 2
    assert not prod.saw(MARK)


def test_from_a_folder_that_is_gone(shop, prod, tmp_path):
    (tmp_path / "gone").mkdir()
    program = f"import os; os.rmdir({str(tmp_path / 'gone')!r}); {line(shop)}"
    assert_refused(shop.run("-c", program, cwd=tmp_path / "gone"), prod)


THREADS = """
import importlib, threading
def use(line):
    try:
        exec(line)
    except Exception as error:
        print(type(error).__name__)
threads = [threading.Thread(target=use, args=(line,)) for line in {lines!r}]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
"""


def test_in_threads_that_import_all_drivers_at_once(shop, prod):
    lines = [line(shop, driver) for driver in USES] * 2
    done = shop.run("-c", THREADS.format(lines=lines))
    assert done.stdout.split() == ["IdentityMismatch"] * len(lines), done.stderr
    assert not prod.saw(MARK)


TWICE = """
import site, sys
for folder in [folder for folder in sys.path if folder.endswith("site-packages")] * 2:
    site.addsitedir(folder)
import _tierguard_startup; _tierguard_startup.begin()
assert not hasattr(_tierguard_startup._scout._prepare, "__self__"), "it stands there twice"
"""


def test_it_may_run_twice_in_one_interpreter(shop, prod):
    assert_refused(shop.run("-c", f"{TWICE}{line(shop)}"), prod)


def test_in_an_environment_that_sees_the_one_below(shop, prod, make_environment):
    above = make_environment("above")
    settings = above.folder / ".venv" / "pyvenv.cfg"
    settings.write_text(settings.read_text().replace("= false", "= true"))
    above.write("pyproject.toml", (shop.folder / "pyproject.toml").read_text())
    above.write(above.site_packages / "below.pth", f"import site; site.addsitedir({str(shop.site_packages)!r})\n")
    assert_refused(above.run("-c", line(shop), cwd="/"), prod)


def test_what_was_refused_is_recorded_in_the_project(shop, prod):
    log = shop.folder / "logs" / "database_audit.jsonl"
    log.unlink(missing_ok=True)
    assert_refused(shop.run("-c", line(shop), cwd="/"), prod)
    assert '"decision":"refuse"' in log.read_text().replace(" ", "")


LATER = """
import psycopg, os
os.environ["USE_STG_DATABASE"] = "true"  # what the program sets up counts until the first connection
from tierguard.process.chosen import current_process
print(current_process().choose().tier)
"""


def test_what_a_program_sets_before_it_connects_counts(shop):
    assert shop.run("-c", textwrap.dedent(LATER)).stdout == "stg\n"


def test_where_another_start_up_file_imported_the_drivers_before(shop, prod):
    early = shop.write(shop.site_packages / "libraries_early.pth", "import asyncpg, pg8000, psycopg, psycopg2\n")
    try:
        assert_refused(shop.run("-c", line(shop)), prod)
        assert_refused(shop.run("-c", line(shop, "psycopg2")), prod)
    finally:
        early.unlink()
