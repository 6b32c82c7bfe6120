"""Programs that start a program anew when its files change, and what they do with one that is refused.

They show an error themselves and stay up beside a program that is dead. What is known of each stands here.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import threading

FAILED: Final = 4
AGAIN: Final = 3  # to Django's and Werkzeug's reloaders a child's exit code 3 means: start me again
_CHILDREN: Final = ("RUN_MAIN", "WERKZEUG_RUN_MAIN")  # what they set for the child
_PROGRAM: Final = "django-main-thread"  # where Django runs it, beside the thread that waits for files to change
PRINT: Final = frozenset({"multiprocessing.process", "flask.cli"})  # modules that print a traceback and go on
FORMAT: Final = frozenset({"starlette.routing"})  # or hand one to the server, which does not start


def exit_code(code: int) -> int:
    """Return the exit code that a reloader takes for an end, where this process is its child."""
    return FAILED if code == AGAIN and _is_child() else code


def runs_program(thread: threading.Thread | None) -> bool:
    """Return whether this thread is the whole program: nothing else of the process does anything without it."""
    return _is_child() and thread is not None and thread.name == _PROGRAM


def shows_by_itself() -> bool:
    """Return whether this process may be one that shows an uncaught error past the interpreter's hooks."""
    return _is_child() or "uvicorn" in sys.modules or _process() is not None


def stop_supervisor() -> None:
    """End uvicorn's process that watches over this one: it would wait for a change of files, or start this one anew."""
    from multiprocessing.process import parent_process

    parent = parent_process()
    is_uvicorns = getattr(getattr(_process(), "_target", None), "__module__", "") == "uvicorn._subprocess"
    if is_uvicorns and parent is not None and parent.pid == os.getppid():
        os.kill(os.getppid(), signal.SIGTERM)


def _is_child() -> bool:
    return any(os.environ.get(name) == "true" for name in _CHILDREN)


def _process() -> object:
    """Return this process as multiprocessing knows it, or None where it did not start it."""
    module = sys.modules.get("multiprocessing.process")
    return module.current_process() if module is not None and module.parent_process() is not None else None
