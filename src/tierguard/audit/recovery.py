"""What a crash tore: the end of a line without its line feed is kept in a file of its own beside the log."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from tierguard.audit.files import open_regular, sync_folder

if TYPE_CHECKING:
    from pathlib import Path


def set_aside(active: Path, torn: bytes) -> Path:
    """Keep ``torn`` in ``<log>.torn-<hash>``, durable before this returns, and return the path.

    The name comes from the content, so that a recovery that is itself interrupted repeats itself harmlessly.
    """
    place = active.with_name(f"{active.name}.torn-{hashlib.sha256(torn).hexdigest()[:16]}")
    descriptor = open_regular(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(torn)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(active.parent)
    return place
