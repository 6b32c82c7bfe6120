"""FastAPI, Starlette and any other ASGI application: every answer says which tier the connected database claims.

``TierMiddleware`` adds the header ``X-Database-Tier`` to every answer and a coloured ribbon to HTML pages. What it
shows comes from the database itself, over the application's own connections, never from a setting: a page that says
[STG] was made from a database that says STG. A server that has to ask a person for PROD asks when it starts; after a
"no" it does not start. Works on asyncio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tierguard.adapters.sqlalchemy import ask_connection, probe_engine
from tierguard.model import Tier
from tierguard.web.claim import Claim, read_claim
from tierguard.web.complaints import Complaints
from tierguard.web.inquiry import Inquiry
from tierguard.web.ribbon import Page
from tierguard.web.start import ask_at_start

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

__all__ = ["Claim", "Inquiry", "TierMiddleware", "ask_connection", "probe_engine", "read_claim"]

HEADER: Final = b"x-database-tier"
UNKNOWN: Final = "unknown"


class TierMiddleware:
    """Show on every answer which tier the connected database claims.

    Args:
        app: the ASGI application.
        probe: asks the database over the application's own connections: ``probe_engine(engine)``, or a function of
            yours that returns a :class:`Claim` by :func:`read_claim`; it runs in a thread and may block.
        ribbon: the tiers whose HTML pages get a ribbon. Customers see PROD's pages, so PROD has none by default.
        max_age: seconds for which the database is not asked again.
        patience: seconds that an answer waits for the database; after that its tier is ``unknown``. Why a probe fails
            is said once on standard error.
    """

    def __init__(
        self,
        app: Application,
        probe: Callable[[], Claim],
        *,
        ribbon: Collection[Tier] = (Tier.INT, Tier.STG),
        max_age: float = 5.0,
        patience: float = 1.0,
    ) -> None:
        self._app = app
        self._inquiry = Inquiry(probe, max_age=max_age, patience=patience)
        self._ribbon = frozenset(ribbon)
        self._patience = patience
        self._complaints = Complaints()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request. When the server starts, ask for PROD if a person has to be asked."""
        if scope["type"] == "lifespan" and (problem := await ask_at_start()):
            await receive()
            await send({"type": "lifespan.startup.failed", "message": problem})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(self._tier, self._ribbon, send, head=scope["method"] == "HEAD")
        await self._app(scope, receive, answer.send)

    async def _tier(self) -> Tier | None:
        try:
            claim = await self._inquiry.get()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the database, the page is not to blame
            self._complaints.say(error, self._patience)
            return None
        if claim.tier is None:
            self._complaints.wonder(claim)
        return claim.tier


class _Answer:
    """One answer on its way out. The start of a page waits for the first piece of its body, which sets its length."""

    def __init__(
        self, tier: Callable[[], Awaitable[Tier | None]], ribbon: frozenset[Tier], send: Send, *, head: bool
    ) -> None:
        self._ask = tier
        self._ribbon = ribbon
        self._send = send
        self._head = head
        self._held: Message | None = None
        self._page: Page | None = None

    async def send(self, message: Message) -> None:
        """Pass one message of the application on, changed where the tier is to be shown."""
        if message["type"] == "http.response.start":
            await self._start(message)
        elif self._page is None:
            await self._send(message)
        elif message["type"] == "http.response.body":
            await self._body(self._page, message)
        else:  # the server sends the body itself, from a file
            await self._release()
            await self._send(message)

    async def _start(self, message: Message) -> None:
        tier = await self._ask()
        headers = [pair for pair in message.get("headers", ()) if pair[0].lower() != HEADER]
        headers.append((HEADER, (tier.value if tier else UNKNOWN).encode()))
        message["headers"] = headers
        if tier in self._ribbon and Page.fits(message["status"], headers):
            if not self._head:
                self._page, self._held = Page(tier), message
                return
            _drop(message, b"content-length")  # the page's own length is known only to who reads it
        await self._send(message)

    async def _body(self, page: Page, message: Message) -> None:
        last = not message.get("more_body", False)
        body = page.pass_on(message.get("body", b""), last=last)
        if self._held is not None:
            _drop(self._held, b"content-length", b"etag", b"content-md5", b"digest", b"repr-digest", b"content-digest")
            if last:
                self._held["headers"].append((b"content-length", str(len(body)).encode()))
            await self._release()
        await self._send({**message, "body": body})

    async def _release(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            await self._send(held)


def _drop(message: Message, *names: bytes) -> None:
    """Take out headers that describe the page as it was before."""
    message["headers"] = [pair for pair in message["headers"] if pair[0].lower() not in names]
