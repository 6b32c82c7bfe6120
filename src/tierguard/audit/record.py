"""The record format: one entry as one line, and what chains a line to the one before it.

A line is ``{"v":1,"seq":N,"ts":"…",…,"prev":"<64 hex>","hash":"<64 hex>"}`` and a line feed. The canonical record is
the line's own bytes up to ``,"hash":"``; ``hash`` is the SHA-256 of exactly these bytes. Every version keeps this
frame: ``v`` and ``seq`` first, ``prev`` and ``hash`` last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quote  # the C function: ASCII only, so no terminal is fooled
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from tierguard.text.masking import count_secrets, mask

if TYPE_CHECKING:
    from datetime import datetime

    from tierguard.model import Actor, Entry

VERSION: Final = 1
GENESIS: Final = "0" * 64
LONGEST_TEXT: Final = 8192  # characters of one value; the rest is counted, not kept
_FRAME: Final = re.compile(
    rb'(\{"v":(\d{1,9}),"seq":([1-9]\d{0,17}),"ts":"([^"\\]*)",[^\n]*,"prev":"([0-9a-f]{64})"),"hash":"([0-9a-f]{64})"\}\n',
)
_LONGEST_CACHED: Final = 256  # longer texts rarely come twice
_MOST_CACHED: Final = 4096


@dataclass(frozen=True, slots=True)
class Frame:
    """What a line says about its place in the chain. ``intact`` is whether ``hash`` is that of its bytes."""

    version: int
    seq: int
    ts: str
    prev: str
    hash: str
    intact: bool


def parse_frame(line: bytes) -> Frame | None:
    """Return the frame of ``line`` (with its line feed), or None where it is not a record."""
    match = _FRAME.fullmatch(line)
    if match is None:
        return None
    body, version, seq, ts, prev, digest = match.groups()
    intact = sha256(body).hexdigest().encode() == digest
    return Frame(int(version), int(seq), ts.decode(errors="replace"), prev.decode(), digest.decode(), intact)


def encode_entry(entry: Entry) -> str:
    """Return everything of the line that needs neither number, time nor chain, with secrets masked."""
    if _texts.known != count_secrets():
        _texts.forget()
    text = _texts
    where = entry.target
    place = f'"host":{text[where.host]},"port":{text[where.port]},"database":{text[where.database]}'
    target = f'{place},"cluster":{text[where.cluster]}'
    detail = f',"detail":{_value(entry.detail)}' if entry.detail else ""
    return (
        f'"event":{text[entry.event]},"database":{text[entry.database]},"tier":{text[entry.tier]},'
        f'"operation":{text[entry.operation]},"decision":{text[entry.decision]},"rule":{text[entry.rule]},'
        f'"reason":{text[entry.reason]},"target":{{{target}}},"actor":{_actor(entry.actor)},'
        f'"project":{text[entry.project]},"host":{text[entry.host]}{detail}'
    )


def seal(payload: str, seq: int, now: datetime, prev: str) -> tuple[bytes, str]:
    """Return the whole line for ``payload`` at its place in the chain, and its hash."""
    ts = now.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    body = f'{{"v":{VERSION},"seq":{seq},"ts":"{ts}Z",{payload},"prev":"{prev}"'.encode("ascii")
    digest = sha256(body).hexdigest()
    return b'%b,"hash":"%b"}\n' % (body, digest.encode("ascii")), digest


def _actor(actor: Actor | None) -> str:
    if actor is None:
        return "{}"
    text = _texts
    ancestry = f',"ancestry":{_value(actor.ancestry)}' if actor.ancestry else ""
    hint = f',"hint":{text[actor.hint]}' if actor.hint else ""
    return (
        f'{{"user":{text[actor.user]},"uid":{actor.uid:d},"kind":{text[actor.kind]},"tty":{text[actor.tty]},'
        f'"pid":{actor.pid:d},"argv0":{text[actor.argv0]}{ancestry}{hint}}}'
    )


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _texts[value]
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{_texts[str(key)]}:{_value(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ",".join([_value(item) for item in value]) + "]"
    return _texts[str(value)]


class _Texts(dict[str, str]):
    """Texts as masked JSON strings. Most of a log's texts are always the same, and masking is slow."""

    known = 0

    def __missing__(self, text: str) -> str:
        masked = mask(str(text))  # an enum member is a string that formats differently
        if len(masked) > LONGEST_TEXT:
            masked = f"{masked[:LONGEST_TEXT]}… ({len(masked)} characters)"
        encoded = quote(masked)
        if len(text) <= _LONGEST_CACHED:
            if len(self) >= _MOST_CACHED:
                self.clear()
            self[str(text)] = encoded
        return encoded

    def forget(self) -> None:
        """Start over: what was no secret when it was masked may have become one."""
        self.clear()
        self.known = count_secrets()


_texts: Final = _Texts()
