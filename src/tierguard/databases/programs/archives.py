"""A whole database into a file by pg_dump, and back in one transaction."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Final

from tierguard.databases.connection import fetch, open_target
from tierguard.databases.objects import OBJECTS
from tierguard.databases.programs.finding import find_program, lead_to
from tierguard.databases.programs.passfile import passfile
from tierguard.deciding.archives import Archive, entries_to_restore, marker_entry, parse_comment, parse_dbname
from tierguard.errors import PolicyRefused, TierguardError
from tierguard.process.chosen import current_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tierguard.model import Target

_LOCK_PATIENCE: Final = "60s"  # for whoever holds a table for himself
# The schemas that emptying leaves: a person's grants are on public, and an extension's cannot be made again.
_STAYING: Final = """\
SELECT n.nspname FROM pg_catalog.pg_namespace n
WHERE n.nspname = 'public' OR EXISTS (SELECT FROM pg_catalog.pg_extension x WHERE x.extnamespace = n.oid)
"""
_NEWER: Final = frozenset({b"SET transaction_timeout = 0;\n"})  # in the script's head; a server of 16 does not know it
_HEAD_ENDS: Final = b"SET row_security"
_EMPTYING: Final = f"BEGIN; SET LOCAL statement_timeout = 0;\n{OBJECTS}\\gexec\n"


def dump(target: Target, path: Path) -> None:
    """Write the target's database into a new file that only this user can read.

    Raises:
        TierguardError: there is no pg_dump for this server, or it failed; then there is no file.
        ServerMissing: the server cannot be reached.
    """
    program, config = find_program("pg_dump", target), current_process().config
    part = path.with_name(f"{path.name}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    line = [program, "--format=custom", "--no-password", f"--lock-wait-timeout={_LOCK_PATIENCE}"]
    line += ["--no-publications", "--no-subscriptions", f"--file={part}"]
    try:
        with passfile(config, target) as password_file:
            done = _run(line, env=dict(lead_to(config, target, password_file)))
        if done.returncode:
            raise TierguardError(f"pg_dump failed: {_last_line(done.stderr)}", rule="snapshot-missing")
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def restore(target: Target, path: Path) -> None:
    """Put what is in the file in the place of everything that the project made in the target's database, or nothing.

    Extensions and the marker stay as they are. The caller has checked that it is the target's.

    Raises:
        TierguardError: it cannot be done; then the database is as it was.
        ServerMissing: the server cannot be reached.
    """
    maker, writer = find_program("pg_restore", target), find_program("psql", target)
    with open_target(target) as connection:
        staying = {name for (name,) in fetch(connection, _STAYING, what="The schemas cannot be listed")}
    entries = entries_to_restore(read(maker, "--list", str(path)), clean=True, staying=staying)
    config = current_process().config
    line = [maker, "--clean", "--if-exists", "--no-owner", "--file=-"]
    with (
        passfile(config, target) as password_file,
        _listing(entries) as chosen,
        tempfile.TemporaryFile() as complaints,
        _writing([writer], dict(lead_to(config, target, password_file)), complaints) as script,
    ):
        assert script.stdin is not None
        failed = 1
        with suppress(BrokenPipeError):  # psql has given up already, and says why
            script.stdin.write(_EMPTYING.encode())
            script.stdin.flush()
            failed = _write_script([*line, f"--use-list={chosen}", str(path)], script.stdin, complaints)
            if not failed:  # else psql comes to the end without a COMMIT
                script.stdin.write(b"\nCOMMIT;\n")
            script.stdin.close()
        if script.wait() or failed:
            complaints.seek(0)
            why = _last_line(complaints.read().decode(errors="replace"))
            raise TierguardError(f"{path.stem} cannot be put back: {why}. Nothing was changed.", rule="server-refused")


def _write_script(line: list[str], script: IO[bytes], complaints: IO[bytes]) -> int:
    """Let pg_restore write its script, and return its exit code. A newer one's settings are left out."""
    with subprocess.Popen(  # noqa: S603 - a program that was found by its name
        line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, env={"LC_ALL": "C"}
    ) as made:
        assert made.stdout is not None
        for row in made.stdout:
            if row not in _NEWER:
                script.write(row)
            if row.startswith(_HEAD_ENDS):
                break
        shutil.copyfileobj(made.stdout, script)
        script.flush()
    return made.returncode


def read(program: str, *arguments: str) -> str:
    """Run pg_restore on an archive alone, and return what it says; it connects to nothing.

    Raises:
        TierguardError: it is no archive.
    """
    done = _run([program, *arguments])
    if done.returncode:
        raise TierguardError(
            f"The archive cannot be read: {' '.join(done.stderr.split())}.",
            hint="tierguard dump makes archives that it can restore.",
            rule="archive-unreadable",
        )
    return done.stdout


def describe(program: str, file: str, listing: str) -> Archive:
    """Return what an archive, with its listing, says of the database that it was made from.

    Raises:
        TierguardError: it cannot be read.
        PolicyRefused: it has a marker that proves nothing.
    """
    entry = marker_entry(listing)
    if not entry:
        return Archive(parse_dbname(listing), None)
    with _listing(f"{entry}\n") as chosen:
        script = read(program, f"--use-list={chosen}", "--file=-", file)
    try:
        return Archive(parse_dbname(listing), parse_comment(script))
    except ValueError as error:
        raise PolicyRefused(f"The archive does not prove its tier: {error}.", rule="archive-tier") from None


@contextmanager
def _writing(line: list[str], env: dict[str, str], complaints: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Run psql on a script that is still being written; where that goes wrong it ends without a COMMIT."""
    line += ["-X", "-q", "--no-password", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    script = subprocess.Popen(  # noqa: S603 - a program that was found by its name
        line, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints
    )
    try:
        yield script
    finally:
        if script.poll() is None:
            script.kill()
        script.wait()


@contextmanager
def _listing(entries: str) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".list") as file:
        file.write(entries)
        file.flush()
        yield file.name


def _run(line: list[str], *, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - a program that was found by its name
        line,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C"} if env is None else env,
    )


def _last_line(text: str) -> str:
    """Return the first complaint among what a program said, else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    complaints = [line for line in lines if "error:" in line.lower() or "fatal:" in line.lower()]
    return (complaints or lines[-1:] or [""])[0].rstrip(".")
