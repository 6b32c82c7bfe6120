"""What the gate asks a driver to do around a statement, and how that is carried out.

:mod:`tierguard.process.holding.exchange` yields these and does no I/O of its own, so blocking drivers, event loops and
generators share it.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from tierguard.process.holding.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from tierguard.process.admission import Answer

    Exchange = Generator["Step", Answer | None, None]

LOOK: Final = 0.5  # seconds between two looks at whether somebody waits for what the transaction holds


class Act(Enum):
    """What only the driver can do, in its own way."""

    RUN = "run"  # the statement itself; what it raises is thrown into the exchange
    COMMIT = "commit"  # commit the gate's own transaction: what the server says against it is the driver's own error
    UNDO = "undo"  # roll the transaction back


if TYPE_CHECKING:
    Step = str | Act | Dialog  # SQL, whose answer is sent back; the driver's part; a question to wait for a little


class Course:
    """An exchange that is being carried out: each step in a ``with`` block, whose error the exchange gets to see.

    Attributes:
        step: that is to be done next; None once the exchange is over.
        answer: of the server, where the step was SQL.
        result: what the statement itself returned.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.answer: Answer | None = None
        self.result: Any = None
        self.step: Step | None = next(exchange, None)

    def __enter__(self) -> Step | None:
        self.answer = None
        return self.step

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        try:
            self.step = self._exchange.send(self.answer) if error is None else self._exchange.throw(error)
        except StopIteration:
            self.step = None
        return True  # or what the exchange raised


def carry_out(
    exchange: Exchange,
    ask: Callable[[str], Answer],
    run: Callable[[], Any],
    commit: Callable[[], Any],
    undo: Callable[[], Any],
) -> Any:
    """Carry out an exchange over a driver that blocks, and return what ``run`` returned.

    Args:
        exchange: what the gate asks for.
        ask: runs SQL by the simple protocol.
        run: runs the statement.
        commit: sends COMMIT, outside of what the driver knows of transactions.
        undo: rolls the transaction back.
    """
    course = Course(exchange)
    while course.step is not None:
        with course as step:
            if isinstance(step, str):
                course.answer = ask(step)
            elif step is Act.RUN:
                course.result = run()
            elif step is Act.COMMIT:
                commit()
            elif step is Act.UNDO:
                undo()
            elif isinstance(step, Dialog):
                step.wait(LOOK)
    return course.result


async def carry_out_async(
    exchange: Exchange,
    ask: Callable[[str], Awaitable[Answer]],
    run: Callable[[], Awaitable[Any]],
    commit: Callable[[], Awaitable[Any]],
    undo: Callable[[], Awaitable[Any]],
) -> Any:
    """Do the same over a driver that awaits. The event loop goes on while a person reads."""
    import asyncio

    course = Course(exchange)
    while course.step is not None:
        with course as step:
            if isinstance(step, str):
                course.answer = await ask(step)
            elif step is Act.RUN:
                course.result = await run()
            elif step is Act.COMMIT:
                await commit()
            elif step is Act.UNDO:
                await undo()
            elif isinstance(step, Dialog):
                await asyncio.to_thread(step.wait, LOOK)
    return course.result
