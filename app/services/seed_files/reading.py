"""From a file to text: bounded, UTF-8, and free of characters that no database column takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.services.seed_files.problems import Problem

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 500_000
# Tab, line breaks, and what Unicode calls printable: the set that YAML itself allows, without the byte order mark.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def read(path: Path) -> str | Problem:
    """Return the text of a seed file, or the reason why there is none."""
    try:
        if not path.is_file():
            return Problem(str(path), 1, "the file is missing" if not path.exists() else "this is not a regular file")
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        return Problem(str(path), 1, f"the file cannot be read: {error.strerror}")
    return decode(str(path), raw)


def decode(file: str, raw: bytes) -> str | Problem:
    """Return the text of these bytes, or the first thing that is wrong with them."""
    if len(raw) > MOST_BYTES:
        return Problem(file, 1, f"the file is too large; allowed: {MOST_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts without the byte order mark that it skipped; a mark has no line break, so lines agree.
        line = raw.count(b"\n", 0, error.start) + 1
        return Problem(file, line, f"byte 0x{error.object[error.start]:02x} is not UTF-8; save the file as UTF-8")
    if odd := UNPRINTABLE.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        return Problem(file, line, f"character U+{ord(odd.group()):04X} is not allowed; only printable text is")
    return text
