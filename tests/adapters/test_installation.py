"""Whenever and however a driver is imported, its connections are judged. Every test is a process of its own."""

import sys

import pytest
from support import child

USES = {
    "psycopg": "psycopg.connect(URL).execute('SELECT 1')",
    "psycopg2": "psycopg2.connect(URL).cursor().execute('SELECT 1')",
    "asyncpg": "asyncio.run(asyncpg.connect(URL))",
    "pg8000": "pg8000.dbapi.connect('postgres', host='127.0.0.1', port=int(PORT), database=DB)",
}
HEAD = """
import asyncio, importlib, os, sys, threading
URL = sys.argv[1]
PORT, DB = URL.rpartition(':')[2].split('/')
from tierguard import IdentityMismatch, install
"""


def script(*lines):
    return HEAD + "\n".join(lines)


def attempt(code):
    """Return the lines that run ``code`` and print whether it was refused."""
    return f"try:\n    {code}\n    print('used')\nexcept IdentityMismatch:\n    print('refused')"


def run(arena, code, tier="prod"):
    ended = child.run([sys.executable, "-W", "error", "-c", code, arena.make(tier=tier, rows=1)], cwd=arena.folder)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def importing(driver):
    return f"import {driver}" + (".dbapi" if driver == "pg8000" else "")


@pytest.mark.parametrize("driver", USES)
def test_a_driver_is_gated_when_imported_later_and_again_when_reloaded(arena, driver):
    places = {"psycopg2": "psycopg2", "asyncpg": "asyncpg.connect_utils", "pg8000": "pg8000.core"}
    code = script(
        "install()",
        f"assert '{driver}' not in sys.modules",
        importing(driver),
        attempt(USES[driver]),
        f"importlib.reload(sys.modules['{places.get(driver, driver)}'])",
        attempt(USES[driver]),
    )
    assert run(arena, code) == ["refused"] * 2


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "pg8000"])  # asyncpg's C parts do not survive this
def test_a_driver_is_gated_when_it_is_forgotten_and_imported_anew(arena, driver):
    forget = f"[sys.modules.pop(name) for name in list(sys.modules) if name.partition('.')[0] == '{driver}']"
    code = script(importing(driver), "install()", forget, importing(driver), attempt(USES[driver]))
    assert run(arena, code) == ["refused"]


@pytest.mark.parametrize("driver", USES)
def test_a_gated_driver_still_reaches_int(arena, driver):
    assert run(arena, script("install()", importing(driver), attempt(USES[driver])), tier="int") == ["used"]


@pytest.mark.parametrize("driver", USES)
def test_a_driver_without_a_gate_reaches_prod_so_these_tests_can_fail(arena, driver):
    settings = arena.folder / "tierguard.toml"
    settings.write_text(f'gate = "call"\n{settings.read_text()}')
    assert run(arena, script(importing(driver), attempt(USES[driver]))) == ["used"]


def test_forked_children_and_their_threads_are_judged(arena):
    code = script(
        "import psycopg",
        "install()",
        attempt(USES["psycopg"]),
        "sys.stdout.flush()",
        "if os.fork() == 0:",
        "    def work():",
        *(f"        {line}" for line in attempt(USES["psycopg"]).splitlines()),
        "    threads = [threading.Thread(target=work) for _ in range(2)]",
        "    [thread.start() for thread in threads]; [thread.join() for thread in threads]",
        "    sys.stdout.flush(); os._exit(0)",
        "os.wait()",
    )
    assert run(arena, code) == ["refused"] * 3


def test_a_child_forked_while_another_thread_connects_is_not_stuck(arena):
    code = script(
        "import psycopg",
        "gate = install()",
        "locks, held = (gate._said._lock, gate.process.turn, gate.process.recorder._lock), threading.Event()",
        "def hold():  # another thread, in the middle of a judgement",
        "    [lock.__enter__() for lock in locks]; held.set(); threading.Event().wait()",
        "threading.Thread(target=hold, daemon=True).start(); held.wait()",
        "if os.fork() == 0:",
        *(f"    {line}" for line in attempt(USES["psycopg"]).splitlines()),
        "    sys.stdout.flush(); os._exit(0)",
        "os.wait()",
    )
    assert run(arena, code) == ["refused"]


def test_a_driver_that_another_thread_is_importing_is_gated_when_it_is_done(arena):
    (arena.folder / "pg8000").mkdir()
    (arena.folder / "pg8000" / "__init__.py").write_text("from . import core\n")
    (arena.folder / "pg8000" / "core.py").write_text(
        "import sys\nsys.modules['started'] = sys\nsys.modules['go'].wait()\n"
        "class CoreConnection:\n"
        "    def __init__(self): pass\n"
        "    execute_simple = execute_unnamed = execute_named = prepare_statement = __init__\n"
    )
    code = script(
        "sys.path.insert(0, '.')",
        "import time",
        "go = sys.modules['go'] = threading.Event()",
        "real = importlib.import_module",
        "def announce(name):  # install() waits for a driver that is being imported",
        "    if name.startswith('pg8000'): go.set()",
        "    return real(name)",
        "thread = threading.Thread(target=importlib.import_module, args=('pg8000.core',)); thread.start()",
        "while 'started' not in sys.modules: time.sleep(0.01)",
        "importlib.import_module = announce",
        "install()",
        "print(hasattr(sys.modules['pg8000.core'].CoreConnection.__init__, '__tierguard__')); thread.join()",
    )
    assert run(arena, code) == ["True"]


RELEASES = {  # files of made-up releases that connect elsewhere, or send statements otherwise
    "no function": {"pg8000/core.py": "class CoreConnection:\n    __init__ = None\n"},
    "no module": {"pg8000/dbapi.py": "def connect(*_): return 'ungated'\n"},
    "no class": {"asyncpg/connect_utils.py": "async def _connect_addr(): pass\n", "asyncpg/connection.py": ""},
    "no statements": {"pg8000/core.py": "class CoreConnection:\n    def __init__(self): pass\n"},
}


@pytest.mark.parametrize("files", RELEASES.values(), ids=RELEASES)
@pytest.mark.parametrize("order", ["install(); IMPORT", "IMPORT; install()"])
def test_a_release_of_a_driver_that_cannot_be_gated_is_not_imported(arena, files, order):
    for name, text in files.items():
        driver = (arena.folder / name).parent
        driver.mkdir(exist_ok=True)
        (arena.folder / name).write_text(text)
    modules = ", ".join(name.removesuffix(".py").replace("/", ".") for name in files)
    (driver / "__init__.py").write_text(f"import {modules}\n")
    code = script("sys.path.insert(0, '.')", order.replace("IMPORT", f"import {driver.name}"))
    ended = child.run([sys.executable, "-c", code, "postgresql://h:1/x"], cwd=arena.folder)
    assert ended.returncode == 2, ended.stderr
    assert f"(driver-unknown): This release of {driver.name} cannot be gated" in ended.stderr


def test_an_uncaught_refusal_is_one_line_and_exit_code_3(arena):
    url = arena.make(tier="prod", rows=1)
    ended = child.run(
        [sys.executable, "-c", script("install()", "import psycopg", USES["psycopg"]), url], cwd=arena.folder
    )
    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr
    assert "above-int" in ended.stderr


def test_a_process_on_int_loads_nothing_that_judges_statements_and_hooks_none(arena):
    prefixes = ("pgparse", "tierguard.process.holding", "tierguard.process.radius", "tierguard.statements.classifying")
    sending = (
        *(f"psycopg.Cursor.{name}" for name in ("_execute_gen", "_executemany_gen_pipeline", "_stream_send_gen")),
        *("psycopg.Connection._exec_command", "psycopg.ServerCursor._declare_gen", "psycopg.ClientCursor._execute_gen"),
        *(f"asyncpg.Connection.{name}" for name in ("execute", "_execute", "_get_statement", "_copy_in")),
        *(f"pg8000.core.CoreConnection.{name}" for name in ("execute_simple", "execute_unnamed", "execute_named")),
    )
    code = script(
        "install()",
        *map(importing, USES),
        *USES.values(),
        f"print(*(name for name in sys.modules if name.startswith({prefixes})))",
        *(f"if hasattr({name}, '__wrapped__'): print('{name}')" for name in sending),
        "print('shown')",
    )
    assert run(arena, code, tier="int") == ["shown"]
