"""A question to the database that may block for long, asked once for all who wait."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from tierguard.forks import Lock

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Inquiry(Generic[T]):
    """The latest answer to a question that blocks, and may block for long.

    It is asked in a daemon thread, once at a time however many wait, so a database that does not answer holds up
    neither the event loop nor the end of the process. One that outlasts ``forget`` is given up and asked anew.

    Args:
        ask: the question; an exception of it is raised to everybody who waits for this answer.
        max_age: seconds for which an answer stays good; 0 asks every time.
        patience: seconds that anybody waits.
        forget: seconds after which a question counts as lost.
    """

    def __init__(self, ask: Callable[[], T], *, max_age: float, patience: float, forget: float = 30.0) -> None:
        self._ask = ask
        self._max_age = max_age
        self._patience = patience
        self._forget = forget
        self._lock = Lock()
        self._future: Future[T] | None = None
        self._asked = 0.0

    async def get(self) -> T:
        """Return the answer.

        Raises:
            TimeoutError: there was none within the patience.
        """
        future, patience = self._current()
        if future.done():
            return future.result()
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), patience)

    def _current(self) -> tuple[Future[T], float]:
        """Return the question to wait for, and for how long: those who come late wait less."""
        with self._lock:
            age = time.monotonic() - self._asked
            limit = self._max_age if self._future is not None and self._future.done() else self._forget
            if self._future is None or age >= limit:
                self._future, self._asked, age = Future(), time.monotonic(), 0.0
                threading.Thread(target=self._answer, args=(self._future,), daemon=True).start()
            return self._future, max(0.0, self._patience - age)

    def _answer(self, future: Future[T]) -> None:
        try:
            answer = self._ask()
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            future.set_exception(error)
        else:
            future.set_result(answer)
