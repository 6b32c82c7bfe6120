"""How the operators' commands work on a database: one transaction, and one line where something fails."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

import tierguard
from app.db import engine
from tierguard.model import Target


@contextmanager
def transaction(target: Target) -> Iterator[Connection]:
    """Give one connection in one transaction: committed at the end, rolled back when anything fails."""
    pool = engine(target.url)
    try:
        with pool.begin() as connection:
            yield connection
    finally:
        pool.dispose()


@contextmanager
def one_line(step: str) -> Iterator[None]:
    """Turn any failure of ``step`` into one line for the operator.

    Raises:
        tierguard.TierguardError: the step failed, and the transaction around it keeps nothing.
    """
    try:
        yield
    except tierguard.TierguardError:
        raise
    except Exception as error:
        reason = str(getattr(error, "orig", None) or error) or type(error).__name__
        raise tierguard.TierguardError(
            f"{step} failed: {' '.join(reason.split())}.", hint="The database is as it was before."
        ) from error
