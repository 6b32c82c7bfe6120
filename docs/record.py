"""Record the pictures of the documents: run the real commands in a terminal and keep what it shows as SVG.

``make docs`` runs this. The commands run in a fresh copy of the checkout with an environment made from nothing. Two
things that they print are left out: the folder of an embedded server's socket, and every count of rows and every size,
which depend on the day on which the reader seeds.
"""

# ruff: noqa: INP001 - a folder of documents is no package
from __future__ import annotations

import io
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pexpect
from checkout import ROOT, copy_checkout, environment, stop_servers
from drawing import draw
from psycopg import pq
from rich import _export_format
from rich.console import Console
from rich.text import Text

from tierguard import embedded

PICTURES = ROOT / "docs" / "pictures"
WIDTH = 100  # columns
PATIENCE = 120  # seconds for one command
_STEP = re.compile(r"\x1b\[(\d*)([AK])|\x1b\[\?\d+[hl]|\r|\n|[^\x1b\r\n]+|\x1b\[[\d;]*m")
# The folder of an embedded server's socket is this machine's affair.
_SOCKET = re.compile(r"/\S*/tierguard-\d+-[0-9a-f]+")
_COUNT = re.compile(r"\b\d{1,3},\d{3}\b|\b\d+\.\d MB\b")
# What a shop's old script looks like: it builds its own connection from whatever DATABASE_URL says.
OLD_SCRIPT = """\
import psycopg
from dotenv import dotenv_values

psycopg.connect(dotenv_values(".env")["DATABASE_URL"]).execute("DELETE FROM customers")
"""
# And a new one, which asks for PROD and means to delete a few customers; their orders go with them.
NEW_SCRIPT = """\
import psycopg, tierguard

with psycopg.connect(tierguard.resolve().url) as shop:
    shop.execute("DELETE FROM customers WHERE last_seen < '2020-01-01'")
"""
SHOP = """
CREATE TABLE customers (id int PRIMARY KEY, last_seen date);
CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE CASCADE);
INSERT INTO customers SELECT n, date '2017-01-01' + n * 3 FROM generate_series(1, 900) n;
INSERT INTO orders SELECT n, n % 900 + 1 FROM generate_series(1, 1500) n
"""


@dataclass(frozen=True)
class Line:
    """A command as it is typed, and what a person answers."""

    typed: str
    answers: tuple[tuple[str, str], ...] = ()
    code: int = 0


def play(line: Line, folder: Path) -> str:
    """Run one command in a terminal; return its last screen, with the colours' codes.

    Raises:
        SystemExit: it ended with another exit code than the documents say.
    """
    child = pexpect.spawn(
        "bash",
        ["-c", line.typed],
        cwd=str(folder),
        env=environment(folder),
        encoding="utf-8",
        timeout=PATIENCE,
        dimensions=(60, WIDTH),
    )
    said = io.StringIO()
    child.logfile_read = said
    for question, answer in line.answers:
        child.expect_exact(question)
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    if child.exitstatus != line.code:
        raise SystemExit(f"{line.typed} ended with {child.exitstatus}, not {line.code}:\n{said.getvalue()}")
    return last_screen(said.getvalue())


def last_screen(stream: str) -> str:
    """Return what is left on the screen after progress bars drew over themselves."""
    lines, row = [""], 0
    for step in _STEP.finditer(stream):
        part = step[0]
        if step[2] == "A":
            row = max(0, row - int(step[1] or 1))
        elif step[2] == "K":
            lines[row] = ""
        elif part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part != "\r" and not part.startswith("\x1b[?"):
            lines[row] += part
    return "\n".join(lines).rstrip()


def record(name: str, title: str, folder: Path, lines: list[Line]) -> None:
    """Run the commands and write ``docs/pictures/NAME.svg``."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for line in lines:
        screen = play(line, folder)
        screen = _COUNT.sub(lambda found: "…".rjust(len(found[0])), _SOCKET.sub("…", screen))
        console.print(Text.assemble(("$ ", "bold green"), (line.typed, "bold")))
        console.print(Text.from_ansi(screen))
        console.print(Text(f"exit code {line.code}" if line.code else "", style="dim"))
    # Pictures load nothing from elsewhere: the reader's own monospace font will do.
    plain = re.sub(r"<!--.*?-->|@font-face \{\{.*?\}\}\s*", "", _export_format.CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    svg = console.export_svg(title=title, code_format=plain, unique_id=name)
    (PICTURES / f"{name}.svg").write_text(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE), encoding="utf-8")


def record_application(folder: Path) -> None:
    """Record the guide's commands in a copy of this checkout."""
    copy_checkout(folder)
    one_liner = 'python -c "from app.core.config import settings; print(settings.database_url)"'
    try:
        play(Line("python scripts/prep_db.py int"), folder)
        record("prepare", "STG from nothing", folder, [Line("python scripts/prep_db.py stg")])
        record("status", "Three tiers", folder, [Line("tierguard status")])
        asked = Line("USE_PROD_DATABASE=true python scripts/prep_db.py", answers=(("stops here:", "no"),), code=3)
        record("confirm", "A person is asked, on the terminal itself", folder, [asked])
        refusals = [
            Line(f"USE_PROD_DATABASE=true {one_liner} < /dev/null", code=3),
            Line("python scripts/reset_schema.py prod < /dev/null", code=3),
            Line("USE_PROD_DATABASE=ture python scripts/prep_db.py", code=2),
        ]
        record("refusals", "PROD never says yes to a script", folder, refusals)
    finally:
        stop_servers(folder)


def record_shop(folder: Path, prod: Path) -> None:
    """Record a project whose old script knows nothing of tierguard and leads to a database that says it is PROD."""
    (folder / "pyproject.toml").write_text('[tool.tierguard]\nproject = "shop"\n')
    (prod / "pyproject.toml").write_text('[tool.tierguard]\nproject = "shop"\n')
    url = embedded.resolve_url("embedded:///shop", prod, project="shop", tier="prod")
    urls = {
        "DATABASE_URL": url,
        "TEST_DATABASE_URL": "embedded:///shop_test",
        "STG_DATABASE_URL": "embedded:///shop_stg",
    }
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in urls.items()))
    (folder / "nightly.py").write_text(OLD_SCRIPT)
    (folder / "forget.py").write_text(NEW_SCRIPT)
    made = pq.PGconn.connect(url.encode()).exec_(SHOP.encode())
    if made.error_message:
        raise SystemExit(made.error_message.decode())
    try:
        stamp = Line("tierguard stamp prod", answers=(("stops here:", "shop/prod"),))
        record("stamp", "A person says once which database is PROD", folder, [stamp])
        record(
            "shop",
            "An old script, and a database that says who it is",
            folder,
            [Line("cat nightly.py"), Line("python nightly.py", code=3)],
        )
        agreed = (("stops here:", "yes"), ("rolls it back:", "shop/prod they asked to be forgotten"))
        record(
            "change",
            "What you saw is what is committed",
            folder,
            [Line("cat forget.py"), Line("USE_PROD_DATABASE=true python forget.py", answers=agreed)],
        )
    finally:
        stop_servers(folder)
        stop_servers(prod)


def main() -> None:
    """Write every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "architecture.svg").write_text(draw(), encoding="utf-8")
    with (
        tempfile.TemporaryDirectory() as first,
        tempfile.TemporaryDirectory() as second,
        tempfile.TemporaryDirectory() as third,
    ):
        record_application(Path(first))
        record_shop(Path(second), Path(third))


if __name__ == "__main__":
    main()
