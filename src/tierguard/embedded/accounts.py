"""Under which account a server runs: PostgreSQL refuses root, and initdb an account without a name."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tierguard.embedded.place import Place
from tierguard.embedded.sockets import is_private
from tierguard.errors import ServerMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.embedded.home import Home


def choose(home: Home, programs: Path, known: str = "") -> Place:
    """Return the first place that works: the one of last time, if it still does.

    Raises ``ServerMissing`` when root can neither make a user namespace nor use another account.
    """
    if os.geteuid() != 0 and has_name(os.geteuid()):
        return Place("plain", home.folder, programs)
    for account in candidates(home, known) if os.geteuid() == 0 else namespaces():
        place = prepare(home, programs, account)
        if place is not None:
            return place
    if os.geteuid() != 0:
        return Place("plain", home.folder, programs)  # initdb says best what it misses
    raise ServerMissing(
        "PostgreSQL does not run as root, and neither a user namespace nor a system user can be used here",
        hint="Run as an ordinary user, or set the URL of a real server.",
    )


def candidates(home: Home, known: str) -> Iterator[str]:
    """Yield the accounts that root may use, best first."""
    data = home.folder / "postgres"
    if data.exists() and (owner := data.stat()).st_uid != 0:
        yield f"user:{owner.st_uid}:{owner.st_gid}"  # an ordinary user's project: stay out of the way
        return
    if known:
        yield known
    yield from namespaces()
    for name in ("postgres", "nobody"):
        if (entry := find(name)) is not None:
            yield f"user:{entry.pw_uid}:{entry.pw_gid}"


def namespaces() -> Iterator[str]:
    """Yield the accounts that this process may look like, on Linux: any that has a name will do."""
    for name in ("daemon", "nobody", "postgres") if sys.platform == "linux" else ():
        if (entry := find(name)) is not None:
            yield f"namespace:{entry.pw_uid}:{entry.pw_gid}"


def has_name(uid: int) -> bool:
    """Tell whether an account has a name, without which initdb does not start: containers often give none."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def find(name: str) -> pwd.struct_passwd | None:
    """Return an account that is not root's, by its name."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return entry if entry.pw_uid else None


def prepare(home: Home, programs: Path, account: str) -> Place | None:
    """Return a place for ``account`` if it can run PostgreSQL there, else None."""
    place = Place(account, home.folder, programs)
    if works(place) or not account.startswith("user:"):
        return place if works(place) else None
    uid, gid = (int(number) for number in account.split(":")[1:])
    settled = (home.folder / "postgres").exists()  # an ordinary user's data stay where they are
    for base in (Path("/var/lib"), Path(tempfile.gettempdir())):
        try:
            folder = home.folder if settled else own_folder(base, home, uid, gid)
            place = Place(account, folder, programs)
            if works(place):
                return place
            place = Place(account, folder, copy_programs(programs, shared_folder(base)))
        except OSError:
            continue
        if works(place):
            return place
    return None


def works(place: Place) -> bool:
    """Tell whether the account can write to the folder and run the program."""
    return place.run("postgres", "--version").returncode == 0


def shared_folder(base: Path) -> Path:
    """Return root's own folder below ``base``, which every account may enter."""
    folder = base / "tierguard"
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.lstat().st_uid != 0 or folder.is_symlink() or folder.stat().st_mode & 0o022:
        raise PermissionError(folder)
    return folder


def own_folder(base: Path, home: Home, uid: int, gid: int) -> Path:
    """Return a folder outside the project that belongs to ``uid``; root's folder above it lets it pass."""
    folder = shared_folder(base) / hashlib.sha256(os.fsencode(home.root)).hexdigest()[:12]
    folder.mkdir(mode=0o700, exist_ok=True)
    if not is_private(folder, uid):
        os.chown(folder, uid, gid)
        folder.chmod(0o700)
    return folder


def copy_programs(programs: Path, above: Path) -> Path:
    """Copy the wheel's files to where another account can reach them, once. Return the programs' folder."""
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    mark = hashlib.sha256(f"{programs}{(programs / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = above / f"programs-{mark}"
    if not copy.exists():
        new = Path(tempfile.mkdtemp(prefix="programs-new-", dir=above))
        shutil.copytree(programs.parent, new / package.name / programs.parent.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, new / libraries.name, symlinks=True)
        new.chmod(0o755)
        new.rename(copy)
    return copy / package.name / programs.parent.name / programs.name
