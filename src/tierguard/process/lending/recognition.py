"""Is it really ``tierguard run`` that answers on a socket? Nothing that it says counts before that is known.

Whoever sets a variable can make it lead to a server of their own. So the kernel is asked: which process listens there,
whether this one descends from it, and which program it is. A process that a program listened in before it became
``tierguard run`` is not taken for it either: each answer has to come from that process, and to repeat a number that it
was told only after it had been recognised.
"""

from __future__ import annotations

import os
import site
import stat
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierguard.embedded.sockets import is_private
from tierguard.evidence.kinship import descends, identify, read_command
from tierguard.process.lending.credentials import read_peer

if TYPE_CHECKING:
    import socket

    from tierguard.process.lending.credentials import Peer

ENDED: Final = "tierguard run has ended"
COMMAND: Final = ("tierguard", "run")
_PLAIN: Final = frozenset("bBdEIOPqsSuv")  # an interpreter's options that let nothing else than the script run (not -i)
_INSPECT: Final = b"PYTHONINSPECT="


class LoanRefused(Exception):
    """Nothing is handed down to this process: the message says why, as the end of a sentence."""


def check_place(path: Path) -> None:
    """Refuse a socket that another user could have put there.

    Raises:
        LoanRefused: it is one, or there is none.
    """
    uid = os.geteuid()
    if not path.is_absolute() or not is_private(path.parent, uid):
        raise LoanRefused("its folder is not this user's alone")
    try:
        found = path.lstat()
    except OSError:
        raise LoanRefused(ENDED) from None
    if not stat.S_ISSOCK(found.st_mode) or found.st_uid != uid:
        raise LoanRefused("it is not a socket of this user's")


def check_lender(connected: socket.socket) -> Peer:
    """Return which process listens at the other end of a socket, if it is the ``tierguard run`` above this process.

    Raises:
        LoanRefused: it is not.
    """
    peer = read_peer(connected)
    if peer.uid != os.geteuid():
        raise LoanRefused("another user answers there")
    lender = identify(peer.pid)
    if lender is None:
        raise LoanRefused(ENDED)
    if not descends(os.getpid(), lender):
        raise LoanRefused("this process does not descend from the one that answers there")
    if not is_command(peer.pid):
        if identify(peer.pid) != lender or not read_command(peer.pid):  # killed, and nobody has waited for it yet
            raise LoanRefused(ENDED)
        raise LoanRefused("what answers there is not this installation's tierguard run")
    return peer


def is_command(pid: int) -> bool:
    """Return whether a process was started as ``tierguard run`` of this installation, and runs nothing else."""
    words = read_command(pid)
    options = 1
    while options < len(words) and words[options][:1] == "-" and set(words[options][1:]) <= _PLAIN:
        options += 1
    script, command = [*words[options:], "", ""][:2]
    if command != COMMAND[1] or not script or script.startswith("-"):
        return False
    return _is_our_script(pid, script) and _is_our_interpreter(pid) and not _is_inspected(pid)


def _is_our_script(pid: int, script: str) -> bool:
    base = f"/proc/{pid}/cwd" if sys.platform != "darwin" else "/"
    found = Path(base, script)
    folders = {Path(sys.prefix, "bin"), Path(sysconfig.get_path("scripts")), Path(site.USER_BASE or "/", "bin")}
    return any(_are_same(found, folder / COMMAND[0]) for folder in folders)


def _is_our_interpreter(pid: int) -> bool:
    if sys.platform == "darwin":
        return True  # which program a process runs is not to be had there without a library of its own
    ours = ("/proc/self/exe", Path(sys.executable or "/nonexistent"), Path(sys.prefix, "bin", "python3"))
    return any(_are_same(f"/proc/{pid}/exe", one) for one in ours)


def _is_inspected(pid: int) -> bool:
    """Return whether the interpreter would go on with other code once the script has ended."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return sys.platform != "darwin"
    return any(one.startswith(_INSPECT) and one != _INSPECT for one in environment.split(b"\0"))


def _are_same(one: Path | str, other: Path | str) -> bool:
    with suppress(OSError):
        return Path(one).samefile(other)
    return False
