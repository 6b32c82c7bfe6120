"""The ribbon of an HTML page, put before the end of its body as the page streams by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.model import Tier

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLOURS: Final = {Tier.INT: ("#1a7f37", "#fff"), Tier.STG: ("#d4a72c", "#000"), Tier.PROD: ("#cf222e", "#fff")}
_END: Final = b"</body"
_KEPT: Final = 1024  # bytes held back after the last end of a body, which may yet turn out to be inside a script
_BODILESS: Final = frozenset({204, 205, 206, 304})


def render(tier: Tier) -> bytes:
    """Return the ribbon's HTML: the word as well as the colour, above the page and never in the way of a click."""
    background, colour = _COLOURS[tier]
    return (
        f'<div id="tierguard-ribbon" role="note" title="The connected database says that it is {tier.label}." '
        f'style="position:fixed;top:0;right:0;z-index:2147483647;pointer-events:none;padding:2px 10px;'
        f'font:bold 12px/1.6 monospace;background:{background};color:{colour}">[{tier.label}]</div>'
    ).encode("ascii")


class Page:
    """One HTML page on its way out, in as many pieces as it comes."""

    def __init__(self, tier: Tier) -> None:
        self._ribbon = render(tier)
        self._kept = b""

    @staticmethod
    def fits(status: int, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Return whether an answer is a whole HTML page in a form that a few ASCII bytes can be put into."""
        known = {name.lower(): value.lower() for name, value in headers}
        if status in _BODILESS or known.get(b"content-encoding", b"identity") != b"identity":
            return False
        kind = known.get(b"content-type", b"")
        return kind.split(b";")[0].strip() == b"text/html" and b"utf-16" not in kind and b"utf-32" not in kind

    def pass_on(self, piece: bytes, *, last: bool) -> bytes:
        """Return what can be sent now. A page without an end of its body, such as a fragment, stays as it is."""
        data = self._kept + piece
        place = data.lower().rfind(_END)
        if last:
            self._kept = b""
            return data if place < 0 else data[:place] + self._ribbon + data[place:]
        if place < 0 or len(data) - place > _KEPT:
            place = len(data) - (len(_END) - 1)
        place = max(0, place)
        self._kept = data[place:]
        return data[:place]
