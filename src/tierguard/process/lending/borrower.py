"""The borrowing end: a process below ``tierguard run`` acts on the consent that was given there."""

from __future__ import annotations

import os
import secrets
import select
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tierguard.deciding.terms import LENDABLE, Identity, Loan
from tierguard.errors import ConsentRefused
from tierguard.process import consent, terminal
from tierguard.process.lending import wire
from tierguard.process.lending.credentials import Peer, ask_for_senders, receive
from tierguard.process.lending.recognition import ENDED, LoanRefused, check_lender, check_place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tierguard.model import Operation
    from tierguard.process.chosen import Process
    from tierguard.process.consent import Question

_PATIENCE: Final = 10  # seconds for an answer that asks no person
_LIMIT: Final = struct.pack("ll", _PATIENCE, 0)  # struct timeval
_SILENT: Final = "tierguard run does not answer"
_RULE: Final = "consent-lent"


@dataclass(frozen=True, slots=True)
class Line:
    """The way to the lender: a connection for each question, so that a fork shares none, and hanging up takes it back.

    ``path`` is that of its socket.
    """

    path: Path

    def claim(self, *, count: bool = True) -> Loan:
        """Return what is handed down.

        Args:
            count: this process uses it, which the record of the consent says.

        Raises:
            LoanRefused: nothing is, to this process.
        """
        said = self._exchange({"op": "claim", "count": count})
        try:
            operation = LENDABLE[LENDABLE.index(said["operation"])]
            identity = Identity(*map(str, said["identity"]))
            reason, target, until = (str(said[key]) for key in ("reason", "target", "until"))
            return Loan(operation, target, reason, identity, said["lender"], until)
        except (KeyError, TypeError, ValueError):
            raise LoanRefused("the answer is not understood") from None

    def spend(self, changes: Mapping[str, int]) -> bool:
        """Take rows from the account of the consent; return whether they were there. Raises ``LoanRefused``."""
        return self._exchange({"op": "spend", "changes": dict(changes)}).get("enough") is True

    def extend(self, rows: int, tables: frozenset[str]) -> None:
        """Add what a person has just typed to the account. Raises ``LoanRefused``."""
        self._exchange({"op": "extend", "rows": rows, "tables": sorted(tables)})

    def answer(self, question: str, stop: int | None = None) -> str:
        """Ask the person at the lender's terminal, as a :class:`tierguard.ports.Prompter` does.

        Raises:
            TimeoutError: nobody answered for as long as this thread can wait, or until ``stop`` could be read from.
            KeyboardInterrupt: Ctrl-C.
            ConsentRefused: the consent is over.
        """
        try:
            said = self._exchange({"op": "ask", "text": question}, stop=stop, patience=terminal.patience())
        except LoanRefused as refused:
            raise ended(refused) from None
        if said.get("late"):
            raise TimeoutError
        if said.get("interrupted"):
            raise KeyboardInterrupt
        return str(said.get("typed", ""))

    def _exchange(
        self, message: Mapping[str, Any], *, stop: int | None = None, patience: float | None = _PATIENCE
    ) -> dict[str, Any]:
        """Ask the lender, once it is known to be one, and return its answer and its number.

        Raises:
            LoanRefused: it is none, it refuses, or it has ended.
            TimeoutError: the person does not answer, or ``stop`` can be read from.
        """
        check_place(self.path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connected:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _LIMIT)  # connecting waits while many others do
            ask_for_senders(connected)
            try:
                connected.connect(os.fspath(self.path))
                lender = check_lender(connected)
                nonce = secrets.token_hex(16)  # told to nobody before it is known who they are
                connected.sendall(wire.encode({**message, "nonce": nonce}))
                said = wire.decode(_read_line(connected, lender, stop, patience))
            except TimeoutError:
                if "text" in message:
                    raise  # it is the person who does not answer, and the question is taken back by hanging up
                raise LoanRefused(_SILENT) from None
            except BlockingIOError:
                raise LoanRefused(_SILENT) from None
            except (OSError, ValueError):
                raise LoanRefused(ENDED) from None
        if "refused" in said:
            raise LoanRefused(str(said["refused"])[:200])
        if said.get("nonce") != nonce:
            raise LoanRefused("the answer was given before it was asked for")
        return {**said, "lender": lender.pid}


def _read_line(connected: socket.socket, lender: Peer, stop: int | None, patience: float | None) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) <= wire.LONGEST:
        watched = [connected.fileno()] if stop is None else [connected.fileno(), stop]
        if connected.fileno() not in select.select(watched, [], [], patience)[0]:
            raise TimeoutError
        data, sender = receive(connected, wire.LONGEST, lender)
        if not data:
            raise ConnectionResetError
        if sender != lender:
            raise LoanRefused("another process answers there")
        line += data
    return line


@dataclass(frozen=True, slots=True)
class Lent:
    """The word of a person at the terminal of the ``tierguard run`` above."""

    process: Process
    loan: Loan
    line: Line

    @property
    def operation(self) -> Operation:
        """Return the gravest thing that it covers."""
        return self.loan.operation

    def check(self) -> None:
        """Refuse what comes after its end.

        Raises:
            ConsentRefused: it is over.
        """
        try:
            self.line.claim()
        except LoanRefused as refused:
            raise ended(refused) from None

    def spend(self, changes: Mapping[str, int]) -> bool:
        """Take rows from the account that all processes of the consent share; return whether they were there.

        Raises:
            ConsentRefused: it is over.
        """
        try:
            return self.line.spend(changes)
        except LoanRefused as refused:
            raise ended(refused) from None

    def extend(self, rows: int, tables: frozenset[str]) -> None:
        """Let ``rows`` more rows of ``tables`` be changed unasked, as was typed at this process's last question.

        Raises:
            ConsentRefused: it is over, or nobody typed that.
        """
        try:
            self.line.extend(rows, tables)
        except LoanRefused as refused:
            raise ended(refused) from None

    def ask(self, question: Question, stop: int) -> str:
        """Ask the person at the terminal of ``tierguard run``, and return how they agreed.

        Raises:
            ConsentRefused: they did not, which is recorded; or it is over.
        """
        return consent.ask(self.process, question, stop)


def ended(refused: LoanRefused) -> ConsentRefused:
    """Return the refusal of what was to be done on a consent that this process does not have, or no longer."""
    return ConsentRefused(
        f"The consent that tierguard run hands down does not cover this: {refused}.",
        ask="tierguard run --tier prod -- CMD",
        rule=_RULE,
    )


def borrow(line: Line, *, count: bool = True) -> tuple[Loan | None, str]:
    """Return what is handed down to this process, or why it is not."""
    try:
        return line.claim(count=count), ""
    except LoanRefused as refused:
        return None, str(refused)
    except ValueError:  # a path that is none
        return None, "there is no such socket"
