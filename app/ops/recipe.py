"""What a prepared database is made from: while none of it changes, a copy is as good as a new one."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.core.project import ROOT
from tierguard import tools

_SHAPING: Final = (
    "alembic.ini",
    "migrations/**/*.py",
    "seeds/**/*.yaml",
    "app/models/**/*.py",
    "app/services/**/*.py",
    "app/db/**/*.py",
    "app/ops/pipeline.py",
    "app/ops/prepare.py",  # what is remembered with a copy
)


def read() -> str:
    """Return the hash of all that shapes INT and STG. It changes every day: the seeds' dates are relative to today."""
    files = [path for pattern in _SHAPING for path in ROOT.glob(pattern)]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return tools.hash_contents(ROOT, files, datetime.now(UTC).date().isoformat(), python, *_libraries())


def _libraries() -> list[str]:
    """Return what is installed, with its versions; the embedding model's weights are a library's too."""
    return sorted(info.name for folder in sys.path for info in Path(folder).glob("*.dist-info"))
