"""Draw the architecture: a request, the rule table, the ceiling, the gate, the database's marker. Plain SVG."""

# ruff: noqa: INP001, PLR0913 - a folder of documents is no package; a text has a place, a size and a look
from __future__ import annotations

from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 1140, 430
INK, PAPER, FRAME = "#1f2328", "#ffffff", "#8c959f"
LABEL = "Evidence goes through the rule table to a ceiling; every connection is judged against it"
GREEN, YELLOW, RED, BLUE = "#1a7f37", "#9a6700", "#cf222e", "#0969da"


class Box(NamedTuple):
    """A titled box with lines of text."""

    x: int
    y: int
    width: int
    height: int
    title: str
    lines: tuple[str, ...]
    colour: str = FRAME


BOXES = (
    Box(
        20,
        60,
        235,
        130,
        "Evidence",
        ("argument, flags, request", "pytest, CI, server, agent", "a person at a terminal"),
        BLUE,
    ),
    Box(305, 60, 235, 130, "Rule table R1 to R9", ("first match wins", "nothing asked for: INT", "pure, no I/O"), BLUE),
    Box(
        590, 60, 235, 130, "Ceiling", ("the highest tier that", "this process may touch", "chosen once, frozen"), YELLOW
    ),
    Box(875, 60, 235, 130, "URL of that tier", ("one source per tier", "no tier falls back", "to another's"), FRAME),
    Box(
        20,
        255,
        235,
        130,
        "Your code",
        ("psycopg, psycopg2, asyncpg", "pg8000, SQLAlchemy, Alembic", "any URL it likes"),
        FRAME,
    ),
    Box(
        305,
        255,
        235,
        130,
        "Gate",
        ("in the driver's own method", "every new connection", "one question, one trip"),
        RED,
    ),
    Box(
        590, 255, 235, 130, "Verdict", ("marker against ceiling", "unproven counts as PROD", "recorded before use"), RED
    ),
    Box(
        875,
        255,
        235,
        130,
        "Database",
        ("marker: tier, project,", "bound to name, oid and", "cluster identifier"),
        GREEN,
    ),
)
ARROWS = (
    ((255, 125), (305, 125), ""),
    ((540, 125), (590, 125), ""),
    ((825, 125), (875, 125), ""),
    ((707, 190), (707, 255), "at most"),
    ((255, 320), (305, 320), ""),
    ((875, 300), (825, 300), ""),
    ((540, 340), (590, 340), ""),
    ((992, 190), (992, 255), "leads to"),
)


def _text(
    x: float, y: float, text: str, size: int, *, colour: str = INK, weight: str = "normal", anchor: str = "start"
) -> str:
    family = "font-family='system-ui, sans-serif'"
    style = f"font-size='{size}' fill='{colour}' font-weight='{weight}' text-anchor='{anchor}'"
    return f"<text x='{x}' y='{y}' {family} {style}>{escape(text)}</text>"


def _draw_box(box: Box) -> str:
    frame = f"<rect x='{box.x}' y='{box.y}' width='{box.width}' height='{box.height}' rx='8' fill='{PAPER}' "
    parts = [f"{frame}stroke='{box.colour}' stroke-width='2'/>"]
    parts.append(_text(box.x + 14, box.y + 30, box.title, 17, colour=box.colour, weight="bold"))
    parts += [_text(box.x + 14, box.y + 60 + 22 * row, line, 14) for row, line in enumerate(box.lines)]
    return "\n".join(parts)


def _draw_arrow(start: tuple[int, int], end: tuple[int, int], label: str) -> str:
    tip = f"stroke='{INK}' stroke-width='1.6' marker-end='url(#tip)'"
    line = f"<line x1='{start[0]}' y1='{start[1]}' x2='{end[0]}' y2='{end[1]}' {tip}/>"
    if not label:
        return line
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    beside = start[0] == end[0]
    return line + _text(
        x + 8 if beside else x, y + 5 if beside else y - 8, label, 12, anchor="start" if beside else "middle"
    )


def draw() -> str:
    """Return the picture."""
    tip = "<marker id='tip' viewBox='0 0 10 10' refX='9' refY='5' markerWidth='8' markerHeight='8' orient='auto'>"
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' role='img' aria-label='{LABEL}'>",
        f"<defs>{tip}<path d='M 0 0 L 10 5 L 0 10 z' fill='{INK}'/></marker></defs>",
        f"<rect width='{WIDTH}' height='{HEIGHT}' fill='#f6f8fa'/>",
        _text(20, 36, "Which database do I choose? Unrequested: INT.", 16, weight="bold"),
        _text(20, 231, "Which database did I reach? Unproven: PROD, so refused.", 16, weight="bold"),
        *(_draw_box(box) for box in BOXES),
        *(_draw_arrow(*arrow) for arrow in ARROWS),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
