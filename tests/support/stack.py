"""A PostgreSQL and a Valkey of a test's own, with an STG database, for processes that a test starts."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from support.child import environment, run

from tierguard import embedded

if TYPE_CHECKING:
    from pathlib import Path

PREPARE = """
from datetime import date
import tierguard
from alembic import command
from alembic.config import Config
from app.core.config import ROOT
from app.db import engine
from app.services import seeding
from app.services.seed_files import load
tierguard.resolve("stg", root=ROOT)
config = Config(ROOT / "alembic.ini")
with engine().begin() as connection:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    seeding.seed(connection, load(ROOT / "seeds"), reference_only=False, today=date.today())
"""


@dataclass
class Stack:
    """The servers of one folder."""

    root: Path
    urls: dict[str, str]

    def start(self):
        """Start what was stopped; the URLs stay the same."""
        self.urls = {
            "STG_DATABASE_URL": embedded.resolve_url(
                "embedded:///instainstru_stg", self.root, project="instainstru", tier="stg"
            ),
            "BROKER_URL": embedded.valkey_url(self.root),
        }


@contextmanager
def stack_of(root):
    running = Stack(root, {})
    running.start()
    try:
        yield running
    finally:
        embedded.down(root)


def prepare(stack):
    """Migrate and seed the STG database, without embeddings and figures."""
    result = run([sys.executable, "-c", PREPARE], env=environment(**stack.urls))
    assert result.returncode == 0, result.stderr
