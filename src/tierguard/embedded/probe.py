"""Look whether the project's PostgreSQL is up: what every process does first, so it loads next to nothing."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

from tierguard.embedded._admin import PORT
from tierguard.embedded.supervisor import held, postgres, read_pid

if TYPE_CHECKING:
    from tierguard.embedded.home import Home
    from tierguard.embedded.state import State


def answers(state: State) -> bool:
    """Tell whether somebody listens on the socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(f"{state.socket}/.s.PGSQL.{PORT}")
        except OSError:
            return False
    return True


def is_up(home: Home, state: State) -> bool:
    """Tell whether the server that ``state`` describes runs and listens. Costs well under a millisecond."""
    if not state.socket or not held(home.folder / "postgres.lock"):
        return False
    server = postgres(home.folder, Path(state.data))
    return bool(read_pid(server.pid_file, server.program)) and answers(state)
