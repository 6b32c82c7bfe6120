"""A server that may not serve says why in one line when it starts, whatever program runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tierguard
from app.core.config import ROOT, settings
from tierguard import tools

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]


class StartCheck:
    """ASGI middleware: do not start as PROD with a signing key that everybody knows."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Let everything pass but a start that is refused."""
        if scope["type"] == "lifespan":
            try:
                _check_secret_key()
            except tierguard.SettingMissing as error:
                await receive()
                await send({"type": "lifespan.startup.failed", "message": f"tierguard ({error.rule}): {error}"})
                return
        await self._app(scope, receive, send)


def _check_secret_key() -> None:
    try:
        choice = tools.explain(root=ROOT)
    except tierguard.TierguardError:
        return  # broken settings are answered by each request, and by /health
    if choice.tier is tierguard.Tier.PROD and choice.outcome == "allow":
        settings.require_secret_key()
