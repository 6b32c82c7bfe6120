"""The record format: one entry as one line, and what chains a line to the one before it.

A line is ``{"v":1,"seq":N,"ts":"…",…,"prev":"<64 hex>","hash":"<64 hex>"}`` and a line feed. The canonical record is
the line's own bytes up to ``,"hash":"``; ``hash`` is the SHA-256 of exactly these bytes. Every version keeps this
frame: ``v`` and ``seq`` first, ``prev`` and ``hash`` last.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quote  # the C function: ASCII only, so no terminal is fooled
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from tierguard.masking import _literals as known_secrets
from tierguard.masking import mask

if TYPE_CHECKING:
    from datetime import datetime

    from tierguard.model import Actor, Entry

VERSION: Final = 1
GENESIS: Final = "0" * 64
HASH_LENGTH: Final = len(f',"hash":"{GENESIS}"}}\n')
LONGEST_TEXT: Final = 8192  # characters of one value; the rest is counted, not kept
_FRAME: Final = re.compile(
    rb'(\{"v":(\d{1,9}),"seq":([1-9]\d{0,17}),"ts":"([^"\\]*)",[^\n]*,"prev":"([0-9a-f]{64})"),"hash":"([0-9a-f]{64})"\}\n',
)
_TARGET: Final = ("host", "port", "database", "cluster")


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
    known = len(known_secrets)
    target = entry.target
    pairs = [(key, target.get(key, "")) for key in _TARGET]
    if not target.keys() <= set(_TARGET):
        pairs += [(key, target[key]) for key in target if key not in _TARGET]
    encoded = ",".join([f"{_text(key, known)}:{_value(value, known)}" for key, value in pairs])
    detail = f',"detail":{_value(entry.detail, known)}' if entry.detail else ""
    return (
        f'"event":{_text(entry.event, known)},"database":{_text(entry.database, known)},'
        f'"tier":{_text(entry.tier, known)},"operation":{_text(entry.operation, known)},'
        f'"decision":{_text(entry.decision, known)},"rule":{_text(entry.rule, known)},'
        f'"reason":{_text(entry.reason, known)},"target":{{{encoded}}},'
        f'"actor":{_actor(entry.actor, known) if entry.actor else "{}"},'
        f'"project":{_text(entry.project, known)},"host":{_text(entry.host, known)}{detail}'
    )


def seal(payload: str, seq: int, now: datetime, prev: str) -> tuple[bytes, str]:
    """Return the whole line for ``payload`` at its place in the chain, and its hash."""
    ts = now.astimezone(UTC).isoformat(timespec="microseconds")[:-6]
    body = f'{{"v":{VERSION},"seq":{seq},"ts":"{ts}Z",{payload},"prev":"{prev}"'.encode("ascii")
    digest = sha256(body).hexdigest()
    return b'%b,"hash":"%b"}\n' % (body, digest.encode("ascii")), digest


@lru_cache(maxsize=64)
def _actor(actor: Actor, known: int) -> str:
    ancestry = f',"ancestry":{_value(list(actor.ancestry), known)}' if actor.ancestry else ""
    return (
        f'{{"user":{_text(actor.user, known)},"uid":{actor.uid:d},"kind":{_text(actor.kind, known)},'
        f'"tty":{_text(actor.tty, known)},"pid":{actor.pid:d},"argv0":{_text(actor.argv0, known)}{ancestry}}}'
    )


def _value(value: Any, known: int) -> str:
    if isinstance(value, str):
        return _text(value, known)
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return json.dumps(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(str(key), known)}:{_value(item, known)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ",".join(_value(item, known) for item in value) + "]"
    return _text(str(value), known)


def _text(text: str, known: int) -> str:
    # An enum member is a string too; its cache entry must not keep the member's repr.
    return _short(text, known) if len(text) <= 256 else _masked(text)  # noqa: PLR2004 - long texts rarely repeat


@lru_cache(maxsize=4096)
def _short(text: str, _known: int) -> str:
    # The number of known secrets is part of the key: a secret that is marked later must not stay in the cache.
    return _masked(text)


def _masked(text: str) -> str:
    text = mask(str(text))
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}… ({len(text)} characters)"
    return quote(text)
