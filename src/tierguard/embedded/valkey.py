"""The project's Valkey: Celery's broker on a socket that no other local user can reach."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tierguard.embedded.home import take
from tierguard.embedded.place import Place, last_words
from tierguard.embedded.sockets import socket_folder
from tierguard.embedded.supervisor import STEP, held, stop, valkey
from tierguard.embedded.wheels import find_valkey
from tierguard.errors import ServerMissing

if TYPE_CHECKING:
    from tierguard.embedded.home import Home

NAME = "valkey.sock"
PATIENCE = 20.0  # seconds for a start


def answers(path: Path) -> bool:
    """Tell whether the server takes commands."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def find_socket(home: Home) -> Path | None:
    """Return the running server's socket, or None."""
    try:
        path = Path((home.folder / "valkey.socket").read_text())
    except OSError:
        return None
    return path if held(home.folder / "valkey.lock") and answers(path) else None


def start(home: Home) -> Path:
    """Make the server run, with the start lock held, and return its socket. Raises ``ServerMissing``."""
    program = find_valkey()
    if program is None:
        raise ServerMissing(
            "the embedded Valkey is not installed",
            hint="pip install 'tierguard[embedded]', or set the URL of a real broker.",
        )
    stop(valkey(home.folder))
    folder = home.folder / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = socket_folder(home, os.geteuid(), NAME) / NAME
    log = home.folder / "valkey.log"
    log.unlink(missing_ok=True)
    place = Place("plain", folder, program.parent)
    lock = home.open_lock("valkey.lock")
    try:
        take(lock, 10.0)
        arguments = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
        arguments += ["--dir", ".", "--save", "3600 1", "--pidfile", str(home.folder / "valkey.pid")]
        (home.folder / "valkey.pid").unlink(missing_ok=True)
        place.start(program.name, *arguments, log=log, lock=lock)
    finally:
        os.close(lock)
    (home.folder / "valkey.socket").write_text(str(path))
    deadline = time.monotonic() + PATIENCE
    while held(home.folder / "valkey.lock") and time.monotonic() < deadline:
        if answers(path):
            return path
        time.sleep(STEP)
    raise ServerMissing(f"the embedded Valkey does not start: {last_words(log.read_text(errors='replace'))}")


def write_url(path: Path) -> str:
    """Return the URL as Celery and kombu read it."""
    return f"redis+socket://{quote(str(path))}?virtual_host=0"
