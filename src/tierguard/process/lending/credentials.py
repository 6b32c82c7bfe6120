"""Who is at the other end of a socket, by the kernel's word."""

from __future__ import annotations

import socket
import struct
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINUX: Final = struct.Struct("3i")  # struct ucred: pid, uid, gid (unix(7))
_XUCRED: Final = struct.Struct("=Iih16I")  # macOS, <sys/ucred.h>: version, uid, number of groups, groups
_LOCAL, _LOCAL_PEERCRED, _LOCAL_PEERPID = 0, 1, 2  # macOS, <sys/un.h>
_NOBODY: Final = (0, -1)


class Peer(NamedTuple):
    """A process, and the user that it runs as."""

    pid: int
    uid: int


def read_peer(connected: socket.socket) -> Peer:
    """Return who connected, or who listens, depending on which end this is. Raises ``OSError``."""
    if sys.platform == "darwin":
        pid = connected.getsockopt(_LOCAL, _LOCAL_PEERPID)
        credentials = connected.getsockopt(_LOCAL, _LOCAL_PEERCRED, _XUCRED.size + 2)
        return Peer(pid, struct.unpack_from("=Ii", credentials)[1])
    pid, uid, _ = _LINUX.unpack(connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _LINUX.size))
    return Peer(pid, uid)


def ask_for_senders(connected: socket.socket) -> None:
    """Have the kernel say of each message which process sent it.

    The number that :func:`read_peer` gives is who *listened*; a process may be replaced by another program since.
    """
    if sys.platform != "darwin":
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)


def receive(connected: socket.socket, size: int, listener: Peer) -> tuple[bytes, Peer]:
    """Receive bytes and return who sent them; on macOS that is ``listener``, who is all that is known there."""
    if sys.platform == "darwin":
        return connected.recv(size), listener
    data, ancillary, _, _ = connected.recvmsg(size, socket.CMSG_SPACE(_LINUX.size))
    return data, Peer(*_find_sender(ancillary))


def _find_sender(ancillary: Iterable[tuple[int, int, bytes]]) -> tuple[int, int]:
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and len(data) >= _LINUX.size:
            pid, uid, _ = _LINUX.unpack_from(data)
            return pid, uid
    return _NOBODY
