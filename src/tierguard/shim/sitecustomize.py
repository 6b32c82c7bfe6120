"""Put on PYTHONPATH by ``tierguard run``: gates a Python child before its first line, then runs the site's own."""

import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path


def _gate() -> None:
    try:
        from tierguard.errors import TierguardError
        from tierguard.process.installation import install, render
    except ImportError:
        sys.stderr.write("tierguard: this Python has no tierguard, so its connections are not judged\n")
        return
    try:
        install()
    except Exception as error:  # noqa: BLE001 - Python would report it, and go on without a gate
        sys.stderr.write(f"{render(error) if isinstance(error, TierguardError) else error!r}\n")
        sys.stderr.flush()
        os._exit(getattr(error, "exit_code", 4))


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
