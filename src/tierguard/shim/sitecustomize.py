"""Put on PYTHONPATH by ``tierguard run``: gates a Python child before its first line, then runs the site's own."""

import importlib.machinery
import importlib.util
import os
import sys


def _gate() -> None:
    try:
        from tierguard.installation import install
    except ImportError:
        sys.stderr.write("tierguard: this Python has no tierguard, so its connections are not judged\n")
        return
    install()


def _run_next() -> None:
    """Run the sitecustomize that this one stands in front of, if there is one."""
    here = os.path.dirname(os.path.abspath(__file__))
    rest = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", rest)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


_gate()
_run_next()
