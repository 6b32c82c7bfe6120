"""The order of things: hold, look, and only if something is missing lock and repair."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from tierguard.embedded import owners
from tierguard.embedded.holders import hold, watch
from tierguard.embedded.home import Home
from tierguard.embedded.probe import is_up
from tierguard.embedded.state import load
from tierguard.embedded.supervisor import find_servers, held, stop
from tierguard.embedded.url import read_name, write_url
from tierguard.errors import ServerMissing

if TYPE_CHECKING:
    from collections.abc import Iterator


def resolve_url(url: str, root: Path, project: str, tier: str, grace: float) -> str:
    """See :func:`tierguard.embedded.resolve_url`."""
    database, role, home = read_name(url), owners.name_role(project, tier), Home(root.resolve())
    with explained(home):
        home.prepare()
        hold(home)
        state = load(home)
        if not (
            owners.is_there(state, database, role) and held(home.folder / "supervisor.lock") and is_up(home, state)
        ):
            from tierguard.embedded import launcher

            with home.starting() as lock:
                watch(home, grace)
                state = load(home)
                if not is_up(home, state):
                    state = launcher.start(home, state, lock)
                if not owners.is_there(state, database, role):
                    state = owners.provide(home, state, database, role)
    return write_url(state, database, role)


def peek_url(url: str, root: Path, project: str, tier: str) -> str | None:
    """See :func:`tierguard.embedded.peek_url`."""
    database, role, home = read_name(url), owners.name_role(project, tier), Home(root.resolve())
    try:
        state = load(home)
    except OSError:
        return None
    return write_url(state, database, role) if state.socket and role in state.passwords else None


def valkey_url(root: Path, grace: float) -> str:
    """See :func:`tierguard.embedded.valkey_url`."""
    from tierguard.embedded import valkey

    home = Home(root.resolve())
    with explained(home):
        home.prepare()
        hold(home)
        path = valkey.find_socket(home)
        if path is None or not held(home.folder / "supervisor.lock"):
            with home.starting():
                watch(home, grace)
                path = valkey.find_socket(home) or valkey.start(home)
    return valkey.write_url(path)


def running(root: Path) -> bool:
    """See :func:`tierguard.embedded.running`."""
    return held(Home(root.resolve()).folder / "postgres.lock")


def data_folder(root: Path) -> Path | None:
    """See :func:`tierguard.embedded.data_folder`."""
    known = load(Home(root.resolve())).data
    return Path(known) if known else None


def down(root: Path) -> bool:
    """See :func:`tierguard.embedded.down`."""
    home = Home(root.resolve())
    if not home.folder.is_dir():
        return False
    with explained(home), home.starting():
        stopped = [stop(server) for server in find_servers(home.folder)]
    return any(stopped)


@contextlib.contextmanager
def explained(home: Home) -> Iterator[None]:
    """Turn what the file system refuses into the one error that callers know."""
    try:
        yield
    except OSError as error:
        where = error.filename or home.folder
        raise ServerMissing(
            f"the embedded server's files cannot be used: {where}: {error.strerror or error}",
            hint="Make the project's folder writable, or set the URL of a real server.",
        ) from error
