"""What a prepared database is made from: while none of it changes, a copy is as good as a new one."""

from datetime import UTC, datetime
from typing import Final

from app.core.project import ROOT
from tierguard import tools

_SHAPING: Final = (
    "migrations/**/*.py",
    "seeds/**/*.yaml",
    "app/models/**/*.py",
    "app/services/**/*.py",
    "app/db/**/*.py",
    "app/ops/pipeline.py",
    "requirements.lock",  # the libraries, and with them the embedding model's weights
)


def read() -> str:
    """Return the hash of all that shapes INT and STG. It changes every day: the seeds' dates are relative to today."""
    files = [path for pattern in _SHAPING for path in ROOT.glob(pattern)]
    return tools.hash_contents(files, datetime.now(UTC).date().isoformat())
