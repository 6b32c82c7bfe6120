"""Put on PYTHONPATH by ``tierguard run``: gates a Python child before its first line, then runs the site's own.

Where tierguard is broken the child ends at once. Where it is missing, which any Python of the machine may be, the child
ends when it imports a driver. It runs in whatever Python the command uses, so its syntax is older than the library's.
"""

import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path

DRIVERS = {"asyncpg", "pg8000", "psycopg", "psycopg2"}
REFUSED = 3


def _gate() -> None:
    try:
        from tierguard.errors import TierguardError
        from tierguard.process.ending import render
        from tierguard.process.installation import install
    except Exception as error:  # noqa: BLE001 - Python would report it, and go on without a gate
        if isinstance(error, ModuleNotFoundError) and error.name == "tierguard":
            sys.meta_path.insert(0, _Bar())
        else:
            _refuse(f"the tierguard of {sys.executable} is broken ({type(error).__name__}: {error})")
            os._exit(REFUSED)
        return
    try:
        install()
    except Exception as error:  # noqa: BLE001
        sys.stderr.write(f"{render(error) if isinstance(error, TierguardError) else error!r}\n")
        sys.stderr.flush()
        os._exit(getattr(error, "exit_code", 4))


class _Bar:
    """Lets no driver be imported."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """End the program if it asks for a driver."""
        del path, target
        if fullname in DRIVERS:
            _refuse(f"{sys.executable} has no tierguard")
            raise SystemExit(REFUSED)


def _refuse(why: str) -> None:
    rule = "child-ungated"
    hint = f"Install it there from a clone of tierguard: {sys.executable} -m pip install ./tierguard"
    sys.stderr.write(f"tierguard ({rule}): {why}, so its connections cannot be judged. {hint}\n")
    sys.stderr.flush()


def _run_next() -> None:
    """Run the sitecustomize that this one stands in front of, if there is one."""
    here = Path(__file__).resolve().parent
    rest = [entry for entry in sys.path if Path(entry).resolve() != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", rest)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


_gate()
_run_next()
