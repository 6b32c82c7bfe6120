"""A server that has to ask a person asks when it starts, not in the middle of its first request."""

from __future__ import annotations

import asyncio

from tierguard.errors import TierguardError
from tierguard.process import ending, reloaders
from tierguard.process.consent import Interrupted
from tierguard.process.installation import installed_gate


async def ask_at_start() -> str:
    """Have the database chosen where that takes a person's answer, and return why the server must not start, if so.

    The event loop goes on meanwhile. A server that has nothing to ask is not held up, whatever is refused to it later.
    """
    gate = installed_gate()
    try:
        if gate is not None and gate.process.must_ask():
            await asyncio.to_thread(gate.process.choose)
    except Interrupted as error:  # a server would end with an exit code of its own
        ending.tell(error)
        reloaders.stop_supervisor()
        ending.leave(error.exit_code)
    except TierguardError as error:
        return ending.render(error)
    return ""
