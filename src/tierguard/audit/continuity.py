"""Why a line is not the one that the chain expects here. Pure: bytes in, a discrepancy out."""

from __future__ import annotations

from dataclasses import dataclass

from tierguard.audit.record import VERSION, parse_frame


@dataclass(slots=True)
class Expected:
    """The next record's number and ``prev``. ``anywhere`` accepts any beginning."""

    seq: int
    prev: str
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """What is wrong with a line; no ``kind`` where nothing is. ``counts`` is 1 for a record of this chain."""

    kind: str = ""
    why: str = ""
    seq: int | None = None
    counts: int = 0
    note: str = ""


def compare(line: bytes, expected: Expected) -> Discrepancy:
    """Return what is wrong with ``line`` and move ``expected`` to what should follow it."""
    frame = parse_frame(line)
    if frame is None:
        if line.endswith(b"\n"):
            return Discrepancy("foreign", "this line is not a record")
        return Discrepancy("torn", "the last line is incomplete; the next append moves it aside")
    wanted, prev, anywhere = expected.seq, expected.prev, expected.anywhere
    if frame.intact and frame.seq < wanted and not anywhere:
        return Discrepancy("inserted", f"record {wanted} belongs here: this one is repeated or moved", frame.seq)
    expected.seq, expected.prev, expected.anywhere = frame.seq + 1, frame.hash, False
    if not frame.intact:
        expected.seq = max(wanted, min(expected.seq, wanted + 1))  # an edited number must not shift the others
        return Discrepancy("edited", "its content does not match its hash", frame.seq, 1)
    if anywhere or (frame.seq == wanted and frame.prev == prev):
        newer = frame.version > VERSION
        note = f"records of format {frame.version} are newer than this tierguard: only their chain was checked"
        return Discrepancy(seq=frame.seq, counts=1, note=note if newer else "")
    if frame.seq > wanted:
        last = frame.seq - 1
        gone = f"record {wanted} is" if last == wanted else f"records {wanted} to {last} are"
        return Discrepancy("removed", f"{gone} missing before this one: removed or moved", frame.seq, 1)
    return Discrepancy(
        "broken", "its prev is not the hash of the record before it: one of them was replaced", frame.seq, 1
    )
