"""What is said after an undo: it is done, whatever else cannot be learned; and where none is begun."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from tierguard.cli import restoring
from tierguard.databases import connection
from tierguard.databases.replacing import undoing
from tierguard.databases.siblings.kept import Snapshot
from tierguard.databases.siblings.obstacles import find_obstacle
from tierguard.errors import ServerMissing
from tierguard.model import Tier
from tierguard.process import chosen


def test_an_undo_whose_schema_cannot_be_read_is_done_all_the_same(monkeypatch, capsys):
    def fail(_):
        raise ServerMissing("the server went away")

    was = Snapshot("shop__tg_snap_1", "1", datetime(2026, 11, 26, tzinfo=UTC), "a reset", "me", 1)
    monkeypatch.setattr(undoing, "undo", lambda *_: (was, "shop__tg_snap_2"))
    monkeypatch.setattr(connection, "open_target", fail)
    monkeypatch.setattr(chosen, "current_process", lambda: SimpleNamespace(config=SimpleNamespace(root=Path())))
    restoring.bring_back(SimpleNamespace(tier=Tier.INT, database="default"), "", as_json=True)
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["restored"]["name"], told["kept"], told["schema"]) == ("shop__tg_snap_1", "shop__tg_snap_2", None)
    assert "could not be read: the server went away" in said.err


def test_the_servers_own_database_is_not_renamed():
    assert find_obstacle(SimpleNamespace(name="postgres")) == "postgres is the server's own database"
