"""Snapshots as files, where no database can be made: ``.tierguard/snapshots/``, for this user alone."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from tierguard.databases.connection import name_of
from tierguard.databases.programs.archives import dump
from tierguard.databases.siblings.kept import ARCHIVE, Snapshot, choose_expired, newest_first, read_note, write_note
from tierguard.deciding import derived
from tierguard.deciding.derived import Kind
from tierguard.errors import TierguardError
from tierguard.process.chosen import current_process

if TYPE_CHECKING:
    from pathlib import Path

    from tierguard.model import Target

_ENDING: Final = ".dump"  # and beside it what is known of it, as JSON


def new_name(target: Target) -> str:
    """Return a name that no file has had."""
    return derived.derive(name_of(target), Kind.SNAPSHOT, derived.make_id(datetime.now(UTC), secrets.token_hex(2)))


def write_file(target: Target, why: str, name: str = "", *, behind: Snapshot | None = None) -> str:
    """Dump the target's database, and return what the file is called.

    Args:
        target: whose.
        why: what it is kept before.
        name: what to call it, from :func:`new_name`.
        behind: it is listed behind this one until :func:`put_first`: the next undo takes that one, and not this.

    Raises:
        TierguardError: it cannot be dumped, or not be written; then there is no file.
        ServerMissing: the server cannot be reached.
    """
    name = name or new_name(target)
    try:
        path = _path(_prepare_folder(target), name)
        _about(path).write_text(json.dumps(write_note(why, list_files(target), behind)), encoding="utf-8")
        try:
            dump(target, path)
        except BaseException:
            _about(path).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TierguardError(
            f"no snapshot can be written: {error.strerror or error}.", rule="snapshot-missing"
        ) from error
    return name


def put_first(target: Target, name: str, why: str) -> None:
    """List the file of that name as the newest from now on."""
    about = _about(find_file(target, name))
    with suppress(OSError):  # it stays where it is in the list
        about.write_text(json.dumps(write_note(why, list_files(target))), encoding="utf-8")


def list_files(target: Target) -> tuple[Snapshot, ...]:
    """Return the files that are kept of the target's database, newest first."""
    base, found = name_of(target), []
    for path in _folder(target).glob(f"*{_ENDING}"):
        name = unquote(path.stem)
        if derived.belongs(name, base, Kind.SNAPSHOT):
            with suppress(OSError):  # somebody else has pruned it
                found.append(read_note(name, _read_about(path), size=path.stat().st_size, kind=ARCHIVE))
    return newest_first(found)


def prune_files(target: Target, *, spare: str = "") -> tuple[str, ...]:
    """Remove the files that need not be kept any longer, where no database is kept beside; return their names."""
    expired = choose_expired(list_files(target), target.tier, datetime.now(UTC), spare=spare)
    for name in expired:
        remove_file(target, name)
    return expired


def find_file(target: Target, name: str) -> Path:
    """Return where the file of that name lies."""
    return _path(_folder(target), name)


def remove_file(target: Target, name: str) -> None:
    """Remove what is kept under that name."""
    path = find_file(target, name)
    _about(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _prepare_folder(target: Target) -> Path:
    folder = _folder(target)
    hidden = current_process().config.root / ".tierguard"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    (hidden / ".gitignore").write_text("*\n", encoding="utf-8")
    return folder


def _folder(target: Target) -> Path:
    """Return the folder of one tier of one database: two tiers' databases may have the same name."""
    place = f"{quote(target.database or 'default', safe='')}-{target.tier.value}"
    return current_process().config.root / ".tierguard" / "snapshots" / place


def _path(folder: Path, name: str) -> Path:
    return folder / f"{quote(name, safe='')}{_ENDING}"


def _about(path: Path) -> Path:
    return path.with_suffix(".json")


def _read_about(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(_about(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
