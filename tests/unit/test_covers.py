"""What was agreed to beforehand counts in the block that it was agreed to for, and not a moment longer."""

import asyncio

from tierguard import Operation
from tierguard.deciding.policy import decide
from tierguard.model import Authority, Tier
from tierguard.process.covers import agreed_to, covering, covers, is_authorized


def test_a_task_that_outlives_the_block_is_not_covered_any_more():
    async def run():
        over = asyncio.Event()

        async def ask():
            inside = covers(()), agreed_to(Operation.MIGRATE), is_authorized(Operation.MIGRATE)
            await over.wait()
            return inside, (covers(()), agreed_to(Operation.MIGRATE), is_authorized(Operation.MIGRATE))

        with covering(Operation.MIGRATE, decide(Tier.PROD, Operation.MIGRATE, Authority.PERSON)):
            task = asyncio.create_task(ask())
            await asyncio.sleep(0)
        over.set()
        assert await task == ((True,) * 3, (False,) * 3)

    asyncio.run(run())
