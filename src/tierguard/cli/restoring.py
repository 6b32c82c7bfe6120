"""What ``tierguard undo`` and ``tierguard snapshot restore`` share: put it back, and say what is there now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierguard.cli import options

if TYPE_CHECKING:
    from datetime import datetime

    from tierguard.databases.siblings.kept import Snapshot
    from tierguard.deciding.schema import Schema
    from tierguard.model import Target


def bring_back(target: Target, name: str, *, as_json: bool) -> None:
    """Put a snapshot in the target's place, the newest where ``name`` is empty, and print what is there now."""
    from tierguard.databases.replacing.undoing import undo

    restored, kept = undo(target, name)
    schema = _read_schema(target)
    if as_json:
        told = {"tier": target.tier.value, "database": target.database, "restored": restored.as_dict(), "kept": kept}
        options.print_json(told | {"schema": schema.as_dict() if schema else None})
        return
    before = f", before {restored.why}" if restored.why else ""
    options.say(f"Restored {restored.name}, kept on {when(restored.at)}{before}.", tier=target.tier)
    options.say(f"The replaced database is kept; tierguard undo {target.tier} brings it back.", tier=target.tier)
    if schema and (note := _describe(target, schema)):
        options.say(note, tier=target.tier)


def when(moment: datetime) -> str:
    """Return a moment for people, in UTC."""
    from datetime import UTC

    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment.year > 1 else "an unknown day"


def describe_size(size: int) -> str:
    """Return bytes for people."""
    return f"{size / 1024**3:.1f} GB" if size >= 1024**3 else f"{size / 1024**2:.1f} MB"


def kept_as_dict(target: Target, known: tuple[Snapshot, ...]) -> dict[str, object]:
    """Return the snapshots of a target as ``--json`` prints them."""
    return {
        "tier": target.tier.value,
        "database": target.database,
        "snapshots": [one.as_dict() for one in known],
    }


def _read_schema(target: Target) -> Schema | None:
    """Return how the database's schema stands to the code's; None, with a warning, where it cannot be read."""
    from tierguard.databases.connection import open_target
    from tierguard.databases.counting import read_migrations
    from tierguard.deciding.schema import Schema
    from tierguard.errors import TierguardError
    from tierguard.evidence.heads import find_heads, read_revisions
    from tierguard.process import terminal
    from tierguard.process.chosen import current_process

    root = current_process().config.root
    try:
        with open_target(target) as connection:
            at = read_migrations(connection)
    except TierguardError as error:  # it is back all the same
        terminal.warn(f"its migration could not be read: {error}")
        return None
    return Schema(at, find_heads(root), frozenset(read_revisions(root)))


def _describe(target: Target, schema: Schema) -> str:
    """Return in one line how the database's schema differs from the code's, and what brings them together."""
    from tierguard.process.chosen import current_process

    if schema.fits:
        return ""
    config = current_process().config
    at, heads = ", ".join(schema.at) or "no migration", ", ".join(schema.heads)
    if schema.unknown:
        return f"Its schema is at {at}, which this checkout does not have: it is newer, or from another branch."
    flag = config.flags.get(target.tier)
    how = f" To upgrade it: {f'{flag}=true ' if flag else ''}alembic upgrade head"
    return f"Its schema is at {at}, older than this checkout's ({heads}).{how}"
