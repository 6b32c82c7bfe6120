"""How a process ends that was refused: one line and its exit code, in place of a traceback.

A refusal that the program handled changes nothing. One that a pool or a thread swallowed is named at the end of a
process that fails anyway, so that whoever reads the last line knows why.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

from tierguard.errors import TierguardError
from tierguard.forks import renew_in_children
from tierguard.process import reloaders, terminal
from tierguard.process.consent import Interrupted
from tierguard.text.display import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import TracebackType

    Own = TierguardError | Interrupted

_OURS = "__tierguard__"


class _Memory:
    """The last refusal of this process, for those who swallowed it. A forked child has none yet."""

    def __init__(self) -> None:
        self.start_over()
        renew_in_children(self)

    def start_over(self) -> None:
        self.last: TierguardError | None = None


_memory = _Memory()


def render(error: Own) -> str:
    """Return the one line that a person sees for ``error``, cleaned."""
    return clean(f"tierguard ({error.rule}): {error}".replace("\n", " "))


def tell(error: Own) -> None:
    """Say the one line of ``error``, unless it was said already."""
    if not error.told:
        error.told = True
        terminal.say(render(error))


def remember(error: TierguardError) -> None:
    """Keep a refusal for the end of the process, and see to it that it is shown as one line if nobody handles it."""
    _memory.last = error
    watch()
    if not hasattr(sys.exit, _OURS):
        sys.exit = _marked(_in_exit(sys.exit))


def at_prompt() -> bool:
    """Return whether a person types Python here: the session goes on, whatever a line of it ends with."""
    return hasattr(sys, "ps1") or bool(sys.flags.inspect)


def watch() -> None:
    """Stand where an uncaught error is shown: of ours it is one line, others go to the hook that was there.

    A hook that somebody else put there since is kept in the same way.
    """
    if not hasattr(sys.excepthook, _OURS):
        sys.excepthook = _marked(_in_main(sys.excepthook))
    if not hasattr(threading.excepthook, _OURS):
        threading.excepthook = _marked(_in_thread(threading.excepthook))
    if reloaders.shows_by_itself() and not hasattr(traceback.print_exc, _OURS):
        traceback.print_exc = _marked(_in_traceback(traceback.print_exc, reloaders.PRINT, _print))
        traceback.format_exc = _marked(_in_traceback(traceback.format_exc, reloaders.FORMAT, _format))
    for kind in (TierguardError, Interrupted):  # what IPython and Jupyter ask an error for, in place of a traceback
        kind._render_traceback_ = _as_lines  # type: ignore[union-attr]


def leave(code: int) -> NoReturn:
    """End this process at once, from whatever thread, with its exit functions run and its output written."""
    import atexit

    with suppress(Exception):
        atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing ends its children
    release_streams()
    os._exit(code)


def release_streams() -> None:
    """Let the interpreter's own flush, at its end, not turn the exit code into 120 where nothing can be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            with suppress(OSError, ValueError, AttributeError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _find_own(error: BaseException | None) -> Own | None:
    """Return the error of ours that ``error`` is, also where a group consists of nothing else."""
    if isinstance(error, TierguardError | Interrupted):
        return error
    if isinstance(error, BaseExceptionGroup):
        found = [_find_own(one) for one in error.exceptions]
        return found[0] if all(found) else None
    return None


def _conclude(own: Own | None) -> int | None:
    """Say the last word on a process that fails, and return its exit code; None where it was never refused."""
    reason = own or _memory.last
    if reason is None:
        return None
    if own is None:  # others have said something since
        terminal.say(render(reason))
    return reloaders.exit_code(reason.exit_code)


def _find_in_chain(error: BaseException | None) -> Own | None:
    """Return the error of ours that ``error`` is, or was raised from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if own := _find_own(error):
            return own
        error = error.__cause__ or error.__context__
    return None


def _in_exit(previous: Callable[..., NoReturn]) -> Callable[..., NoReturn]:
    """Return what stands in for ``sys.exit``: a framework that turns a refusal into its own error fails with our code.

    Django's commands do that. Only the code 1, and only while that error is handled.
    """

    @wraps(previous)
    def leave_with(code: object = None, /) -> NoReturn:
        own = _find_in_chain(sys.exception()) if code == 1 and not at_prompt() else None
        if own is None:
            previous(code)
        tell(own)
        previous(reloaders.exit_code(own.exit_code))

    return leave_with


def _as_lines(error: Own) -> list[str]:
    said, error.told = error.told, True
    return [] if said else [render(error)]


def _in_main(previous: Callable[..., object]) -> Callable[..., object]:
    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        own = _find_own(error)
        tell(own) if own else previous(kind, error, trace)
        if at_prompt() or not (own or isinstance(error, Exception)):
            return
        code = _conclude(own)
        if code is not None:
            release_streams()
            raise SystemExit(code)  # the interpreter takes its exit code from here

    return show


def _in_thread(previous: Callable[..., object]) -> Callable[..., object]:
    def show(args: threading.ExceptHookArgs) -> None:
        own = _find_own(args.exc_value)
        tell(own) if own else previous(args)
        if reloaders.runs_program(args.thread) and (code := _conclude(own)) is not None:
            leave(code)  # the main thread only waits for files to change

    return show


def _in_traceback(
    previous: Callable[..., object], callers: Collection[str], answer: Callable[[Own], object]
) -> Callable[..., object]:
    """Return what stands in for a function of ``traceback``: ``answer`` where a reloader shows an error of ours."""

    @wraps(previous)
    def show(*args: Any, **options: Any) -> object:
        own = _find_own(sys.exception())
        if own is None or sys._getframe(1).f_globals.get("__name__") not in callers:  # noqa: SLF001
            return previous(*args, **options)
        return answer(own)

    return show


def _print(own: Own) -> NoReturn:
    tell(own)
    reloaders.stop_supervisor()
    raise SystemExit(reloaders.exit_code(own.exit_code))


def _format(own: Own) -> str:
    reloaders.stop_supervisor()
    return "".join(_as_lines(own))


def _marked(hook: Any) -> Any:
    setattr(hook, _OURS, True)
    return hook
