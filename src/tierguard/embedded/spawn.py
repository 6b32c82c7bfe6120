"""Become another account if need be, go to the background if asked to, and turn into a server program.

Run as a script, standard library only: ``python -I -S spawn.py ACCOUNT FOLDER LOG PROGRAM ARGUMENT...``.
``ACCOUNT`` is ``plain``, ``namespace:UID:GID`` or ``user:UID:GID``; ``FOLDER`` must be writable for it; without
``LOG`` (empty) it stays in the foreground. Exit code 77: the account cannot be had, or cannot write to the folder.
"""

from __future__ import annotations

import os
import sys

UNUSABLE = 77
CLONE_NEWUSER = 0x10000000


def enter_namespace(uid: int, gid: int) -> None:
    """Make root look like ``uid`` to this process alone; files stay root's."""
    outside = os.geteuid(), os.getegid()
    unshare = getattr(os, "unshare", None)  # Python 3.12 and later
    if unshare is not None:
        unshare(CLONE_NEWUSER)
    else:
        import ctypes

        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "no user namespace")
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outside[0]} 1"),
        ("gid_map", f"{gid} {outside[1]} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs start-up time
            file.write(line)


def become(account: str) -> None:
    """Turn this process into ``account``."""
    kind, _, numbers = account.partition(":")
    if kind == "plain":
        return
    uid, gid = (int(number) for number in numbers.split(":"))
    if kind == "namespace":
        enter_namespace(uid, gid)
        return
    os.setgroups([gid])
    os.setgid(gid)
    os.setuid(uid)


def detach(log: str) -> None:
    """Leave the caller's process tree, and write to ``log`` instead of its streams."""
    if os.fork():
        os._exit(0)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def main(arguments: list[str]) -> None:
    """Run the program; does not return."""
    account, folder, log, *program = arguments
    os.umask(0o077)
    if log:
        detach(log)
    try:
        become(account)
    except (OSError, ImportError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the caller reads it
        sys.exit(UNUSABLE)
    if not os.access(folder, os.W_OK | os.X_OK):
        sys.exit(UNUSABLE)
    os.chdir(folder)
    os.execv(program[0], program)  # noqa: S606 - the point of this script


if __name__ == "__main__":
    main(sys.argv[1:])
