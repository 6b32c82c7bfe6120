"""Pins: the identity of databases that one may not stamp, in a file that is committed.

A pinned PROD is refused to INT and STG, stamped or not, wherever its URL leads from.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from tierguard.errors import SettingMismatch
from tierguard.model import Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tierguard.deciding.identity import Reading

FILE: Final = "tierguard.pins.json"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Pin:
    """One database of one tier: its cluster, its name, the role that saw it, and where it was reached."""

    tier: Tier
    project: str
    sysid: str
    db: str
    user: str
    endpoint: str

    def names(self, reading: Reading, endpoint: str) -> bool:
        """Return whether the database of ``reading`` is the pinned one.

        PROD's pin holds wherever it is reached from, a lower tier's only where it was made: a physical copy keeps its
        system identifier, and what is a copy of PROD must not pass for STG.
        """
        if (self.sysid, self.db) != (reading.sysid, reading.db):
            return False
        return self.tier is Tier.PROD or (self.endpoint, self.user) == (endpoint, reading.user)


def find_pinned(pins: Iterable[Pin], reading: Reading, endpoint: str) -> Tier | None:
    """Return the highest tier that a pin gives to the database of ``reading``, or None."""
    tiers = [pin.tier for pin in pins if pin.names(reading, endpoint)]
    return max(tiers, key=lambda tier: tier.rank, default=None)


def pins_prod(pins: Iterable[Pin], reading: Reading) -> bool:
    """Return whether a pin names a PROD in the cluster of ``reading``."""
    return any(pin.tier is Tier.PROD and pin.sysid == reading.sysid for pin in pins)


def is_pinned(root: Path, reading: Reading) -> bool:
    """Return whether a pin stands for the database of ``reading``, wherever it was made from."""
    return any((pin.sysid, pin.db) == (reading.sysid, reading.db) for pin in read_pins(root))


def describe_endpoint(parameters: Mapping[str, str]) -> str:
    """Return ``host:port`` of a connection, for a pin to hold."""
    return f"{parameters.get('hostaddr') or parameters.get('host', '')}:{parameters.get('port', '')}"


def read_pins(root: Path) -> tuple[Pin, ...]:
    """Return the project's pins; none where there is no file.

    Raises:
        SettingMismatch: the file is not what ``tierguard pin`` writes. It is never skipped: it protects PROD.
    """
    try:
        text = (root / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingMismatch(f"{FILE} cannot be read: {error}.") from None
    try:
        content = json.loads(text)
        if content.get("v", VERSION) > VERSION:
            raise SettingMismatch(
                f"{FILE} is of version {content['v']}, and this tierguard reads up to {VERSION}.",
                hint="Upgrade tierguard: the file protects PROD, so it is neither skipped nor rewritten.",
            )
        return tuple(_parse(entry) for entry in content["pins"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SettingMismatch(f"{FILE} is not what tierguard pin writes.", hint="Restore it from git.") from None


def _parse(entry: dict[str, Any]) -> Pin:
    return Pin(Tier(entry["tier"]), *(str(entry[key]) for key in ("project", "sysid", "db", "user", "endpoint")))


def write_pin(root: Path, pin: Pin) -> None:
    """Add ``pin`` to the file, in place of one for the same database. The file is replaced whole."""
    kept = [old for old in read_pins(root) if (old.sysid, old.db) != (pin.sysid, pin.db)]
    ordered = sorted([*kept, pin], key=lambda one: (one.tier.rank, one.db, one.sysid))
    text = json.dumps({"v": VERSION, "pins": [asdict(one) for one in ordered]}, indent=2)
    scratch = root / f".{FILE}.new"
    scratch.write_text(f"{text}\n", encoding="utf-8")
    scratch.replace(root / FILE)


def drop_pins(root: Path, reading: Reading) -> int:
    """Take the pins of one database out of the file; return how many there were."""
    pins = read_pins(root)
    kept = [pin for pin in pins if (pin.sysid, pin.db) != (reading.sysid, reading.db)]
    if len(kept) < len(pins):
        (root / FILE).unlink()
        for pin in kept:
            write_pin(root, pin)
    return len(pins) - len(kept)
