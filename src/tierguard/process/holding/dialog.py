"""A question that is asked in a thread of its own, so that what waits for the answer can do other things meanwhile."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable


class Dialog:
    """One question to a person. It ends with the block that it is opened in, answered or not.

    Args:
        ask: asks and returns the answer, or raises; it is given a file descriptor that can be read from once nobody
            waits any more.
    """

    def __init__(self, ask: Callable[[int], str]) -> None:
        self._ask = ask
        self._answer = ""
        self._error: BaseException | None = None
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._stop, self._stopping = os.pipe()
        self._thread = threading.Thread(target=self._run, name="tierguard-question", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.give_up()
        self._thread.join()
        os.close(self._stop)

    def wait(self, seconds: float) -> bool:
        """Wait for at most ``seconds``; return whether the question is over."""
        return self._over.wait(seconds)

    def give_up(self) -> None:
        """Take the question back."""
        if self._stopping >= 0:
            stopping, self._stopping = self._stopping, -1
            with suppress(OSError):
                os.close(stopping)  # the other end can then be read from

    @property
    def answer(self) -> str:
        """Return how the person agreed.

        Raises:
            ConsentRefused: they did not.
        """
        self._over.wait()
        if self._error is not None:
            raise self._error
        return self._answer

    def _run(self) -> None:
        try:
            self._answer = self._ask(self._stop)
        except BaseException as error:  # noqa: BLE001 - it is raised where the answer is wanted
            self._error = error
        finally:
            self._over.set()
