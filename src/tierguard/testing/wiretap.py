"""A proxy in front of a PostgreSQL server that keeps what its clients say, so that tests see what reaches the server.

It understands just enough of the protocol (PostgreSQL manual, chapter 54) to tell messages apart; TLS is not spoken.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

_ENCRYPTION_REQUESTS = {80877103, 80877104}
_CYCLES = frozenset("QS")  # Query and Sync: the server answers each with ReadyForQuery, one round trip


@dataclass
class Wiretap:
    """Listens on loopback while its block runs. ``cut`` and ``mute`` take effect after a client has logged in.

    Attributes:
        latency: seconds that each piece of traffic is held up, in each direction.
        cut: hang up at the first thing that a client says after its login.
        mute: swallow all that clients say after their login.
        said: type and text of each message that clients sent after their login, in order, goodbyes left out.
        before: called with what a client says after its login, before the server hears it; an ``OSError`` hangs up.
        after: called when the server has been told, and has not answered yet.
    """

    host: str
    port: int
    latency: float = 0.0
    cut: bool = False
    mute: bool = False
    said: list[tuple[str, str]] = field(default_factory=list)
    before: Callable[[bytes], None] | None = None
    after: Callable[[bytes], None] | None = None
    _listener: socket.socket = field(init=False)
    _lines: list[Line] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        """Start to listen, on a port of the system's choice."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening and hang up."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._lines:
            line.hang_up()

    @property
    def address(self) -> tuple[str, int]:
        """Return where clients connect to."""
        host, port = self._listener.getsockname()
        return host, port

    @property
    def round_trips(self) -> int:
        """Return how often clients waited for the server after their login."""
        return sum(kind in _CYCLES for kind, _ in self.said)

    @property
    def open_lines(self) -> int:
        """Return how many clients are connected."""
        return sum(line.open for line in self._lines)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection((self.host, self.port))
                except OSError:  # it is down, and so is this end
                    client.close()
                    continue
                line = Line(self, client, server)
                self._lines.append(line)
                threading.Thread(target=line.run, daemon=True).start()


@dataclass
class Line:
    """One client's connection."""

    tap: Wiretap
    client: socket.socket
    server: socket.socket
    open: bool = True
    _from_client: bytes = b""
    _from_server: bytes = b""
    _asked: bool = False  # for encryption; the server answers with one byte
    _started: bool = False
    _ready: bool = False

    def run(self) -> None:
        """Pass on whatever comes, until one of the two hangs up."""
        try:
            while True:
                for end in select.select([self.client, self.server], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    time.sleep(self.tap.latency)
                    self._pass_on(end, data)
        except (OSError, ValueError):
            return
        finally:
            self.hang_up()

    def hang_up(self) -> None:
        """Close both ends."""
        self.open = False
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _pass_on(self, end: socket.socket, data: bytes) -> None:
        if end is self.server:
            self._read_server(data)
            self.client.sendall(data)
            return
        ready = self._ready
        self._read_client(data)
        if ready and self.tap.cut:
            raise OSError("cut")
        if ready and self.tap.before:
            self.tap.before(data)
        if not (ready and self.tap.mute):
            self.server.sendall(data)
        if ready and self.tap.after:
            self.tap.after(data)

    def _read_client(self, data: bytes) -> None:
        self._from_client += data
        while not self._started and len(self._from_client) >= 8:  # noqa: PLR2004 - a length and a code
            length, code = struct.unpack_from("!ii", self._from_client)
            self._from_client = self._from_client[length:]
            self._asked = code in _ENCRYPTION_REQUESTS
            self._started = not self._asked
        while self._started and (message := _take(self._from_client)):
            kind, body = message
            self._from_client = self._from_client[len(body) + 5 :]
            if self._ready and kind != "X":
                self.tap.said.append((kind, body.rstrip(b"\0").decode(errors="replace")))

    def _read_server(self, data: bytes) -> None:
        if self._asked:
            self._asked, data = False, data[1:]
        if self._ready:
            return
        self._from_server += data
        while message := _take(self._from_server):
            kind, body = message
            self._from_server = self._from_server[len(body) + 5 :]
            self._ready = self._ready or kind == "Z"


def _take(data: bytes) -> tuple[str, bytes] | None:
    """Return the first whole message, its type and its body."""
    if len(data) < 5:  # noqa: PLR2004 - a type and a length
        return None
    (length,) = struct.unpack_from("!i", data, 1)
    return (chr(data[0]), data[5 : 1 + length]) if len(data) > length else None
