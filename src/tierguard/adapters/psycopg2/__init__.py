"""psycopg2: ``connect``, pools, ``connection_factory`` and subclasses, replication, asynchronous connections.

``psycopg2.connect`` looks ``_connect`` up at every call, so names bound before the gate was installed pass through it.
Everything begins in the C module, which is gated as soon as it is executed, before the package takes names from it.
Not covered: a C class that was kept elsewhere than in a module before the gate was installed, and is called directly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.psycopg2 import _classes as classes
from tierguard.adapters.psycopg2 import _libpq as libpq
from tierguard.adapters.psycopg2 import _probe as probe
from tierguard.adapters.psycopg2 import _statements as statements
from tierguard.adapters.psycopg2._stand_ins import find_raw, find_stand_in, rebind
from tierguard.process.admission import replace

if TYPE_CHECKING:
    from tierguard.process.gate import Gate

CONNECTS: Final = "psycopg2:_connect"
NEEDED: Final = tuple(f"psycopg2._psycopg:cursor.{name}" for name in statements.NAMES)


def hook(core: Any, gate: Gate) -> None:
    """Put ``gate`` in front of every connection that ``psycopg2._psycopg`` makes from now on."""
    libpq.load(core.__file__)
    found = {raw: find_stand_in(raw) for raw in map(find_raw, (core.connection, core.ReplicationConnection))}
    made = classes.Classes(core, probe.Judge(core, gate), found)
    made.hook()
    original = core._connect  # noqa: SLF001
    replace(core, "_connect", made.make_connect)
    core.connection, core.ReplicationConnection = found.values()
    rebind(found | {original: core._connect})  # noqa: SLF001
