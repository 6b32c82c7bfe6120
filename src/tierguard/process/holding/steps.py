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
    result = None
    try:
        step = next(exchange)
        while True:
            answer = None
            try:
                if isinstance(step, str):
                    answer = ask(step)
                elif step is Act.RUN:
                    result = run()
                elif step is Act.COMMIT:
                    commit()
                elif step is Act.UNDO:
                    undo()
                elif isinstance(step, Dialog):
                    step.wait(LOOK)
            except BaseException as error:  # noqa: BLE001 - the exchange raises it again
                step = exchange.throw(error)
            else:
                step = exchange.send(answer)
    except StopIteration:
        return result


async def carry_out_async(
    exchange: Exchange,
    ask: Callable[[str], Awaitable[Answer]],
    run: Callable[[], Awaitable[Any]],
    commit: Callable[[], Awaitable[Any]],
    undo: Callable[[], Awaitable[Any]],
) -> Any:
    """Do the same over a driver that awaits. The event loop goes on while a person reads."""
    import asyncio

    result = None
    try:
        step = next(exchange)
        while True:
            answer = None
            try:
                if isinstance(step, str):
                    answer = await ask(step)
                elif step is Act.RUN:
                    result = await run()
                elif step is Act.COMMIT:
                    await commit()
                elif step is Act.UNDO:
                    await undo()
                elif isinstance(step, Dialog):
                    await asyncio.to_thread(step.wait, LOOK)
            except BaseException as error:  # noqa: BLE001 - the exchange raises it again
                step = exchange.throw(error)
            else:
                step = exchange.send(answer)
    except StopIteration:
        return result
