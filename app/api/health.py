"""Health: 200 while the database serves, 503 while it does not; it recovers by itself."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from tierguard import TierguardError

if TYPE_CHECKING:
    from app.services.health import Health
    from tierguard.adapters.fastapi import Inquiry

router = APIRouter(tags=["health"])

PATIENCE = 2.0  # seconds until a database that does not answer counts as down


@router.get("/health")
@router.head("/health", include_in_schema=False)
async def health(request: Request) -> JSONResponse:
    """Ask the database which tier it says that it is, and at which revision its schema is.

    ``status`` is ``ok``; ``degraded`` (200 as well) where the schema is not the one that this code knows;
    ``unavailable`` (503) where the database does not answer; ``refused`` (503) where it is not one that this process
    may use.
    """
    inquiry: Inquiry[Health] = request.app.state.health
    try:
        answer = _show(await inquiry.get())
    except TierguardError as refusal:
        return _failed("refused", refusal.rule)
    except Exception as error:  # noqa: BLE001 - whatever it is, the database does not serve; its text may hold secrets
        return _failed("unavailable", type(error).__name__)
    return JSONResponse(answer, headers={"cache-control": "no-store"})


def _show(found: "Health") -> dict[str, Any]:
    claim, migration = found.claim, found.migration
    return {
        "status": found.status,
        "tier": claim.tier.value if claim.tier else None,
        "marker": {"tier": claim.tier.value if claim.tier else None, "project": claim.project, "proof": claim.proof},
        "migration": {"revision": migration.revision, "head": migration.head, "at_head": migration.at_head},
    }


def _failed(status: str, reason: str) -> JSONResponse:
    answer = {"status": status, "reason": reason, "tier": None, "marker": None, "migration": None}
    return JSONResponse(answer, status_code=503, headers={"cache-control": "no-store"})
