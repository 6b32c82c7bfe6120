"""Where the URLs of the project's databases lead, to tell which of them a connection reached."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tierguard.errors import SettingMismatch, SettingMissing
from tierguard.text import conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tierguard.evidence.config import Database
    from tierguard.process.chosen import Process
    from tierguard.text.sealed import Sealed

    Destination = tuple[Database, Mapping[str, str]]  # and where its URL leads, in libpq's keywords


class Destinations:
    """What the URLs on the chosen tier lead to; read anew only once another target was made."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Read them anew at the next question."""
        self._known: tuple[int, tuple[Destination, ...]] = (-1, ())

    def find(self, process: Process, parameters: Mapping[str, str]) -> tuple[Database, ...]:
        """Return the databases of ``process`` whose URL on the chosen tier leads where ``parameters`` led."""
        made = len(process.made_targets())
        if process.choice is None or self._known[0] != made:
            places = ((process.config.database(name), conninfo.parse(url).effective()) for name, url in _urls(process))
            self._known = made, tuple(places)
        return tuple(one for one, place in self._known[1] if conninfo.leads_to(place, parameters))


def _urls(process: Process) -> Iterator[tuple[str, Sealed]]:
    made = process.made_targets()
    yield from ((name, target.sealed) for name, target in made.items())
    if process.choice is None or process.choice.tier is None:
        return
    for name in process.config.databases.keys() - made.keys():
        with suppress(SettingMissing, SettingMismatch):
            yield name, process.written_url(name, process.choice.tier)[0]
