"""Watch the servers of one project, and stop them when nobody needs them any more.

Run as a script (``python -I -S supervisor.py FOLDER GRACE``): standard library only and nothing of tierguard, so
that it starts fast, stays small and survives an upgrade of the package. The rest of the package imports its primitives.

A server lives exactly as long as its lock is held: every one of its processes inherits the lock, and the kernel
releases it with the last of them. Process ids are only ever used to send a signal, never to decide.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import NamedTuple

POLL = 1.0  # seconds between two looks
EARLY = 0.1  # the same, as long as no server has been seen
PATIENCE = 5.0  # seconds for a server without files to end
STEP = 0.005  # seconds between two looks while a server is on its way up or down


class Server(NamedTuple):
    """How to find a server of the project and how to stop it: signals, each with its patience in seconds."""

    lock: Path
    pid_file: Path
    program: str
    steps: tuple[tuple[int, float], ...]
    sockets: str = ""  # the folder of its socket, to be removed when it is empty


def postgres(folder: Path, data: Path) -> Server:
    """Return the project's PostgreSQL: a fast shutdown, then an immediate one, then the kernel's."""
    steps = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
    return Server(folder / "postgres.lock", data / "postmaster.pid", "postgres", steps)


def valkey(folder: Path) -> Server:
    """Return the project's Valkey, which saves its queues on SIGTERM."""
    steps = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))
    return Server(folder / "valkey.lock", folder / "valkey.pid", "valkey", steps)


def find_servers(folder: Path) -> tuple[Server, ...]:
    """Return the project's servers, with the data where they were last said to be."""
    try:
        known = json.loads((folder / "embedded.json").read_text())
        here = known["root"] == str(folder.parent)  # else it is a copied project's, not started yet
        data, sockets = Path((here and known["data"]) or folder / "postgres"), known["socket"] if here else ""
    except (OSError, ValueError, KeyError, TypeError):
        data, sockets = folder / "postgres", ""
    try:
        broker = str(Path((folder / "valkey.socket").read_text()).parent)
    except OSError:
        broker = ""
    return postgres(folder, data)._replace(sockets=sockets), valkey(folder)._replace(sockets=broker)


def held(lock: Path) -> bool:
    """Tell whether any process holds ``lock`` exclusively."""
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def command(pid: int) -> str:
    """Return the command line of a process, or nothing if there is none."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return ""
    import subprocess

    found = subprocess.run(  # noqa: S603 - a fixed command line
        ["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return found.stdout


def read_pid(file: Path, program: str) -> int:
    """Return the process that a pid file names, or 0 if it is not running or is not really this program."""
    try:
        pid = int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0
    return pid if program in command(pid) else 0


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def find_postmasters(data: Path) -> list[int]:
    """Return the servers that were started with this data folder's name, by their command lines."""
    if not Path("/proc/self/cmdline").exists():
        import subprocess

        listing = subprocess.run(["/bin/ps", "-axo", "pid=,command="], capture_output=True, text=True, check=False)
        rows = [line.split(None, 1) for line in listing.stdout.splitlines()]
        return [int(pid) for pid, line in rows if f"/bin/postgres -D {data} -c " in line]
    found = []
    for entry in Path("/proc").iterdir():
        words = command(int(entry.name)).split("\0") if entry.name.isdigit() else []
        if words and Path(words[0]).name == "postgres" and str(data) in words[1:3]:
            found.append(int(entry.name))
    return found


def stop(server: Server) -> bool:
    """Stop a server and wait until its last process is gone. Return whether it was running."""
    if not held(server.lock):
        return False
    for number, patience in server.steps:
        deadline = time.monotonic() + patience
        if pid := read_pid(server.pid_file, server.program):
            send(pid, number)
        while time.monotonic() < deadline:
            if not held(server.lock):
                remove_sockets(server)
                return True
            time.sleep(STEP)
    return True


def remove_sockets(server: Server) -> None:
    """Remove the folder of a stopped server's socket unless another server still has one there."""
    if server.sockets:
        with contextlib.suppress(OSError):
            Path(server.sockets).rmdir()


def has_clients(pid: int) -> bool:
    """Tell whether a postmaster serves somebody: a session's process says where it was called from."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        import subprocess

        listing = subprocess.run(["/bin/ps", "-axo", "ppid=,command="], capture_output=True, text=True, check=False)
        lines = [line.split(None, 1) for line in listing.stdout.splitlines()]
        return any(int(line[0]) == pid and "[local]" in line[1] for line in lines if len(line) == 2)  # noqa: PLR2004
    return any("[local]" in command(int(child)) for child in children)


def identify(path: Path) -> tuple[int, int] | None:
    """Return which folder this is, so that one of the same name made later is told apart."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Watch:
    """One project's watch: what it saw last, and whether it was asked to end."""

    def __init__(self, folder: Path, grace: float, lock: int) -> None:
        self.folder, self.grace, self.lock = folder, grace, lock
        self.servers = find_servers(folder)
        self.known: dict[Path, tuple[int, int]] = {}
        self.pids: dict[int, Server] = {}
        self.idle_since = time.time()
        self.asked = self.watching = False
        self.holders = os.open(folder / "holders.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def vanished(self) -> bool:
        """Tell whether a folder that was there is gone or has been replaced."""
        for path in (self.folder, self.servers[0].pid_file.parent):
            now = identify(path)
            if now != self.known.get(path, now):
                return True
            if now and path not in self.known:
                self.known[path] = now
                if self.watching:  # just made, and not yet safe from a power cut: nobody needed to wait for that
                    os.sync()
        return False

    def note_pids(self) -> None:
        """Remember what runs, for the day when its files are gone."""
        self.servers = find_servers(self.folder)
        running = [server for server in self.servers if held(server.lock)]
        self.pids = {pid: server for server in running if (pid := read_pid(server.pid_file, server.program))}

    def abandon(self) -> None:
        """Stop servers whose files are gone: an orderly shutdown has nowhere to write to."""
        unseen = find_postmasters(self.servers[0].pid_file.parent) if not self.folder.exists() else []
        self.pids |= dict.fromkeys(unseen, self.servers[0])
        for pid, server in self.pids.items():
            if server.program in command(pid):
                send(pid, server.steps[1][0])
        deadline = time.monotonic() + PATIENCE
        while any(server.program in command(pid) for pid, server in self.pids.items()) and time.monotonic() < deadline:
            time.sleep(STEP)
        if not self.folder.exists():  # else a new server may be on its way, with the same socket
            for server in self.pids.values():
                remove_sockets(server)

    def finished(self) -> bool:
        """Look once. Called while no process can start or adopt a server."""
        self.note_pids()
        if not any(held(server.lock) for server in self.servers):
            return True
        now = time.time()
        if any(server.program == "postgres" and has_clients(pid) for pid, server in self.pids.items()):
            self.idle_since = now
        self.idle_since = min(now, max(self.idle_since, os.fstat(self.holders).st_mtime))
        if now - self.idle_since < self.grace:
            return False
        self.stop_all()
        return True

    def run(self) -> None:
        """Look until there is nothing left to watch."""
        self.vanished()
        self.watching = True
        while True:
            time.sleep(min(POLL, self.grace / 4) if self.pids else EARLY)
            if self.vanished():
                self.abandon()
                return
            if self.asked:  # SIGTERM is an order, whoever still holds the servers
                self.stop_all()
                return
            try:
                fcntl.flock(self.holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.idle_since = time.time()
                self.note_pids()
                continue
            if self.finished():
                # A process that gets the holders' lock next must find this one's lock free: in this order.
                os.close(self.lock)
                os.close(self.holders)
                return
            fcntl.flock(self.holders, fcntl.LOCK_UN)

    def stop_all(self) -> None:
        """Stop every server."""
        for server in find_servers(self.folder):
            stop(server)


def main(arguments: list[str]) -> None:
    """Take the supervisor's lock or leave; go to the background; watch."""
    folder, grace = Path(arguments[0]), float(arguments[1])
    lock = os.open(folder / "supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    watch = Watch(folder, grace, lock)

    def ask(_number: int, _frame: object) -> None:
        watch.asked = True

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if pid := os.fork():
        os.truncate(lock, 0)
        os.write(lock, f"{pid}\n".encode())
        os._exit(0)  # the caller sees the end of its child, and that the lock is taken
    os.chdir("/")
    watch.run()


if __name__ == "__main__":
    main(sys.argv[1:])
