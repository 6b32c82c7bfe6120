"""Is a connection local, and may tools stamp what it leads to without a person?"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tierguard.deciding.identity import Reading
    from tierguard.deciding.verdict import Verdict


def may_stamp_alone(verdict: Verdict, reading: Reading, parameters: Mapping[str, str], hosts: Collection[str]) -> bool:
    """Return whether tools may stamp without a person: an empty, local, ordinary database that nobody claims.

    Args:
        verdict: the judgement of this very connection.
        reading: what the database said.
        parameters: libpq's keywords of the connection, for its host.
        hosts: the configured ``local_hosts``.
    """
    if not verdict.stampable or reading.standby or reading.is_servers_own:
        return False
    return is_near(parameters, hosts)


def is_near(parameters: Mapping[str, str], hosts: Collection[str]) -> bool:
    """Return whether a connection was made over a socket, to a loopback address, or to one of the ``local_hosts``.

    The server's own address does not count: behind a container's mapped port it is the container's.
    """
    place = parameters.get("hostaddr") or parameters.get("host", "")
    if not place or place in hosts or place.startswith(("/", "@")) or place == "localhost":
        return True
    try:
        return ipaddress.ip_address(place).is_loopback
    except ValueError:
        return False
