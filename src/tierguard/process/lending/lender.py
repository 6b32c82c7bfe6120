"""The lending end: serves one consent to the descendants of this process, until its time is over or it ends.

One thread serves everybody and waits for nobody; a question to the person has a second one. Who does not descend from
this process, says something else than the protocol, too much or nothing, is hung up on.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tierguard.evidence.kinship import descends, identify
from tierguard.process.lending import place, wire
from tierguard.process.lending.account import Account
from tierguard.process.lending.credentials import read_peer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Self

    from tierguard.deciding.terms import Loan
    from tierguard.evidence.kinship import Kin

SILENCE: Final = 10.0  # seconds for a whole question to arrive
_MOST: Final = 200  # connections at a time; then the one that has been silent longest is hung up on
_COUNTED: Final = 10_000  # processes; more are not told apart
_CHUNK: Final = 16 * 1024
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while a laptop sleeps


def now() -> float:
    """Return seconds by a clock that nobody sets."""
    return time.clock_gettime(_CLOCK)


@dataclass(eq=False)
class Caller:
    """A connection, and what has arrived on it."""

    socket: socket.socket
    kin: Kin
    since: float
    buffer: bytearray = field(default_factory=bytearray)
    question: dict[str, Any] | None = None  # that a person is asked, or will be
    stopping: int = -1  # closed: nobody waits for the answer any more


@dataclass
class Usage:
    """What came of a consent, for the record."""

    processes: set[Kin] = field(default_factory=set)
    strangers: int = 0
    questions: int = 0
    extended: int = 0


class Lender:
    """Hands one consent down, for as long as its ``with`` block lasts.

    Args:
        loan: what is handed down.
        seconds: for how long at most.
        rows: that are changed without a question.
        ask: shows a text to the person and returns what they typed; it is given a file descriptor that can be read
            from once nobody waits any more, and the number of the process that asks. Raises ``TimeoutError`` where
            nobody waits, and ``KeyboardInterrupt`` at Ctrl-C.
        clock: seconds by a clock that nobody sets.
    """

    def __init__(
        self,
        loan: Loan,
        seconds: float,
        rows: int,
        ask: Callable[[str, int, int], str],
        clock: Callable[[], float] = now,
    ) -> None:
        self.usage = Usage()
        self.account = Account(rows)
        self._loan, self._ask, self._clock = loan, ask, clock
        self._end = clock() + seconds
        self._callers: dict[Caller, None] = {}  # the one that has been here longest first
        self._waiting: deque[Caller] = deque()
        self._asking: Caller | None = None
        self._asker: threading.Thread | None = None
        self._answered: deque[tuple[Caller, dict[str, Any]]] = deque()
        self._said: dict[Kin, int] = {}  # how many more rows the person typed at a process's last question
        own = identify(os.getpid())
        assert own is not None
        self._own = own

    def __enter__(self) -> Self:
        """Begin to serve. Raises ``OSError`` where no socket can be made."""
        self.path: Path = place.make(self._own)
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(os.fspath(self.path))
        self._listening.listen(1024)
        self._listening.settimeout(0)
        self._woken, self._waking = os.pipe()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listening, selectors.EVENT_READ, self._accept)
        self._selector.register(self._woken, selectors.EVENT_READ, self._deliver)
        self._over = False
        self._thread = threading.Thread(target=self._serve, name="tierguard-lender", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        os.write(self._waking, b".")
        self._thread.join()
        if self._asker is not None:
            self._asker.join()  # it puts the terminal back
        place.remove(self.path)

    def _serve(self) -> None:
        while not self._over:
            for key, _ in self._selector.select(1.0 if self._callers else None):
                key.data()
            self._hang_up_on_the_silent()
        for caller in list(self._callers):
            self._hang_up(caller)
        self._listening.close()
        self._selector.close()

    def _accept(self) -> None:
        try:
            connected, _ = self._listening.accept()
        except OSError:
            return  # who connected has left
        connected.settimeout(0)
        kin = self._recognise(connected)
        if kin is None:
            self.usage.strangers += 1
            _send(connected, {"refused": wire.STRANGER})
            connected.close()
            return
        caller = Caller(connected, kin, self._clock())
        self._callers[caller] = None
        self._selector.register(connected, selectors.EVENT_READ, lambda: self._read(caller))

    def _recognise(self, connected: socket.socket) -> Kin | None:
        try:
            peer = read_peer(connected)
        except OSError:
            return None
        kin = identify(peer.pid)
        is_ours = peer.uid == os.geteuid() and kin is not None and descends(peer.pid, self._own)
        return kin if is_ours else None

    def _read(self, caller: Caller) -> None:
        try:
            data = caller.socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data or caller.question is not None:  # it has gone, or takes its question back
            self._hang_up(caller)
            return
        caller.buffer += data
        line, end, _ = caller.buffer.partition(b"\n")
        if end or len(line) > wire.LONGEST:
            self._answer(caller, *self._consider(caller, bytes(line)))

    def _consider(self, caller: Caller, line: bytes) -> tuple[str, dict[str, Any] | None]:
        """Return the number of a question, and its answer; None where that comes later."""
        try:
            message = wire.decode(line)
            nonce = str(message.get("nonce", ""))[:64]
            return nonce, self._do(caller, message) if self._clock() < self._end else {"refused": wire.EXPIRED}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return "", {"refused": f"the message is not understood ({error})"[:200]}

    def _do(self, caller: Caller, message: dict[str, Any]) -> dict[str, Any] | None:
        match message["op"]:
            case "claim":
                if message["count"] is True and len(self.usage.processes) < _COUNTED:
                    self.usage.processes.add(caller.kin)
                return self._terms()
            case "spend":
                changes = {str(table): int(rows) for table, rows in message["changes"].items()}
                if min(changes.values(), default=0) < 0:
                    raise ValueError("rows below 0")
                return {"enough": self.account.spend(changes)}
            case "extend":
                return self._extend(caller, int(message["rows"]), frozenset(map(str, message["tables"])))
            case "ask":
                str.encode(message["text"])
                caller.question = message
                self._waiting.append(caller)
                self._ask_next()
                return None
        raise ValueError("no such operation")

    def _terms(self) -> dict[str, Any]:
        loan = self._loan
        return {
            "operation": str(loan.operation),
            "target": loan.target,
            "reason": loan.reason,
            "identity": [loan.identity.sysid, loan.identity.oid, loan.identity.db],
            "until": loan.until,
        }

    def _extend(self, caller: Caller, rows: int, tables: frozenset[str]) -> dict[str, Any]:
        """Allow more rows, as many as the person typed at this process's last question and no more."""
        if not 0 < rows <= self._said.pop(caller.kin, 0):
            return {"refused": "nobody typed that at the terminal"}
        self.account.extend(rows, tables)
        self.usage.extended += rows
        return {}

    def _answer(self, caller: Caller, nonce: str, answer: dict[str, Any] | None) -> None:
        if answer is None:
            return
        _send(caller.socket, {"nonce": nonce, **answer})
        self._hang_up(caller)

    def _hang_up(self, caller: Caller) -> None:
        if caller not in self._callers:
            return
        del self._callers[caller]
        self._selector.unregister(caller.socket)
        caller.socket.close()
        if caller in self._waiting:
            self._waiting.remove(caller)
        if caller.stopping >= 0:
            os.close(caller.stopping)
            caller.stopping = -1

    def _hang_up_on_the_silent(self) -> None:
        silent = [one for one in self._callers if one.question is None]
        late = [one for one in silent if one.since + SILENCE < self._clock()]
        for caller in late or silent[: max(0, len(self._callers) - _MOST)]:
            self._hang_up(caller)

    def _ask_next(self) -> None:
        if self._asking is not None or not self._waiting:
            return
        caller = self._asking = self._waiting.popleft()
        self.usage.questions += 1
        stop, caller.stopping = os.pipe()
        self._asker = threading.Thread(target=self._ask_person, args=(caller, stop), name="tierguard-asks", daemon=True)
        self._asker.start()

    def _ask_person(self, caller: Caller, stop: int) -> None:
        """Ask in a thread of its own, which hands the answer over to the one that serves."""
        assert caller.question is not None
        answer: dict[str, Any]
        try:
            answer = {"typed": self._ask(caller.question["text"], stop, caller.kin.pid)}
        except TimeoutError:
            answer = {"late": True}
        except KeyboardInterrupt:
            answer = {"interrupted": True}
        except Exception as error:  # noqa: BLE001 - the terminal has gone: that is no answer
            answer = {"refused": f"nobody could be asked ({type(error).__name__})"}
        finally:
            os.close(stop)
        self._answered.append((caller, answer))
        with suppress(OSError):
            os.write(self._waking, b".")

    def _deliver(self) -> None:
        os.read(self._woken, _CHUNK)
        while self._answered:
            caller, answer = self._answered.popleft()
            self._asking = None
            self._said.pop(caller.kin, None)
            if caller in self._callers and caller.question is not None:
                if self._clock() >= self._end:
                    answer = {"refused": wire.EXPIRED}
                elif more := wire.read_more(str(answer.get("typed", ""))):
                    self._said[caller.kin] = more
                self._answer(caller, str(caller.question.get("nonce", ""))[:64], answer)
        self._ask_next()


def _send(connected: socket.socket, message: dict[str, Any]) -> None:
    """Send an answer, which always fits; whoever has left does without."""
    with suppress(OSError):
        connected.send(wire.encode(message))
