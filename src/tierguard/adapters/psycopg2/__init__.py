"""psycopg2: ``connect``, pools, ``connection_factory`` and subclasses, replication, asynchronous connections.

``psycopg2.connect`` looks ``_connect`` up at every call, so names bound before the gate was installed pass through it.
Everything begins in the C module, which is gated as soon as it is executed, before the package takes names from it.
Not covered: a C class that was kept elsewhere than in a module before the gate was installed, and is called directly.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.psycopg2 import _classes as classes
from tierguard.adapters.psycopg2 import _libpq as libpq
from tierguard.adapters.psycopg2 import _probe as probe
from tierguard.adapters.psycopg2 import _statements as statements
from tierguard.process.admission import Answer, admit, conduct, replace

if TYPE_CHECKING:
    from tierguard.process.gate import Gate

CONNECTS: Final = "psycopg2:_connect"
NEEDED: Final = tuple(f"psycopg2._psycopg:cursor.{name}" for name in statements.NAMES)


def hook(core: Any, gate: Gate) -> None:
    """Put ``gate`` in front of every connection that ``psycopg2._psycopg`` makes from now on."""

    def judge(connection: Any) -> None:
        try:
            _admit(connection, core, gate)
        except BaseException:
            with contextlib.suppress(core.Error):
                core.connection.close(connection)
            raise

    libpq.load(core.__file__)
    original, found = core._connect, classes.stand_ins(core, judge)  # noqa: SLF001
    replace(core, "_connect", partial(classes.judged_connect, judge, core.cursor, found))
    core.connection, core.ReplicationConnection = found.values()
    classes.rebind(found | {original: core._connect})  # noqa: SLF001


def _admit(connection: Any, core: Any, gate: Gate) -> None:
    probe.wait_if_async(connection, core)
    parameters, lost = probe.effective(connection), ""

    def ask(sql: str) -> Answer:
        nonlocal lost
        try:
            return probe.ask(connection, core, sql, probe.patience(parameters))
        except OSError as error:
            lost = str(error)
            return Answer(None, lost)

    admission = conduct(admit(gate, parameters), ask)
    if lost:
        raise core.OperationalError(lost)
    if admission.watch(connection):
        statements.look_at_all(core.cursor)
