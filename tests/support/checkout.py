"""The copy of the checkout that these tests work in: nobody's .env, log, databases or servers are touched."""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest

from tierguard import embedded
from tierguard.evidence.booleans import parse_boolean
from tierguard.evidence.config import load
from tierguard.evidence.detect import detect
from tierguard.process import chosen
from tierguard.process.gate import Gate
from tierguard.process.installation import install

ROOT = Path(__file__).resolve().parents[2]


@cache
def checkout() -> Path:
    """Return the copy: what git knows or would add, with the ``.env`` of a newcomer. It ends with this process."""
    spec = importlib.util.spec_from_file_location("checkout", ROOT / "docs" / "checkout.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = Path(tempfile.mkdtemp(prefix="checkout-")).resolve()
    atexit.register(_remove, folder)
    return module.copy_checkout(folder)


def _remove(folder: Path) -> None:
    embedded.down(folder)
    shutil.rmtree(folder, ignore_errors=True)


def move_in() -> None:
    """Put this process on INT of the copy, whatever the developer has set, and whatever the plugin found in ROOT.

    In CI with a database of its own INT is that one, as it is for every command there.
    """
    for name in [name for name in os.environ if name.startswith("PG") or name == "TIERGUARD_CONFIG"]:
        del os.environ[name]
    os.environ |= {"SECRET_KEY": "of the tests", "BROKER_URL": ""}  # they win over ROOT's .env
    job = ("CI", "DATABASE_URL") if parse_boolean(os.environ, "CI") and os.environ.get("DATABASE_URL") else ()
    config, environ = (
        load(checkout()),
        {"PYTEST_VERSION": pytest.__version__, **{name: os.environ[name] for name in job}},
    )
    process = chosen.Process(config, environ, detect(config, environ))
    vars(install(checkout())).update(vars(Gate(process)))
    chosen._process = process
