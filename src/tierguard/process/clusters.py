"""What servers told of all their databases: remembered for a short while, so that not every connection asks again."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.deciding.identity import Reading

FRESH: Final = 30.0  # seconds


@dataclass
class Clusters:
    """The latest whole answer of each server, and the databases whose brief answer does not do."""

    _known: dict[tuple[str, ...], tuple[float, Reading]] = field(default_factory=dict, init=False, repr=False)
    _unproven: set[tuple[str, ...]] = field(default_factory=set, init=False, repr=False)

    def recall(self, parameters: Mapping[str, str]) -> Reading | None:
        """Return what the server at this place last told, where that is fresh and a brief question may do."""
        server, dbname = _server(parameters), parameters.get("dbname", "")
        since, known = self._known.get(server, (0.0, None))
        if known is None or time.monotonic() - since > FRESH or (*server, dbname) in self._unproven:
            return None
        return known

    def note(self, parameters: Mapping[str, str], reading: Reading) -> None:
        """Remember a whole answer."""
        if reading.problem:
            return
        server = _server(parameters)
        self._known[server] = time.monotonic(), reading
        place = (*server, parameters.get("dbname", ""))
        (self._unproven.discard if reading.bound else self._unproven.add)(place)


def _server(parameters: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(parameters.get(key, "") for key in ("hostaddr", "host", "port"))
