"""Processes that inherit nothing: neither pytest, nor CI, nor anybody's database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
from support.checkout import ROOT, checkout
from support.patience import ENOUGH, patience

from tierguard.evidence.agents import find_agent
from tierguard.evidence.lineage import read_lineage

__all__ = ["AGENT", "NO_PROD", "PROGRAMS", "ROOT", "environment", "needs_no_agent", "place", "run", "type_at_terminal"]

PROGRAMS = Path(sys.executable).parent

# A coding agent above this process is seen by the children too, and rightly refuses them PROD.
AGENT = find_agent({}, read_lineage(os.getpid()))
NO_PROD = "a coding agent runs these tests, and no agent gets PROD"
needs_no_agent = pytest.mark.skipif(bool(AGENT), reason=NO_PROD)


def environment(**extra: str) -> dict[str, str]:
    """Return an environment made from nothing, and ``extra``."""
    plain = {
        "PATH": os.pathsep.join((str(PROGRAMS), "/usr/local/bin", "/usr/bin", "/bin")),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "TERM": "xterm",
    }
    return plain | extra


def place(cwd: Path | None, env: dict[str, str] | None) -> dict[str, Any]:
    """Return where a child starts and with what: in the copy of the checkout and with its code, or in ``cwd``."""
    plain = environment() if env is None else env
    return {"cwd": cwd, "env": plain} if cwd else {"cwd": checkout(), "env": {"PYTHONPATH": str(checkout()), **plain}}


def run(
    args: list[str],
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    input: str | None = None,  # noqa: A002 - as subprocess calls it
    seconds: float = ENOUGH,
) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal, in the copy of the checkout or in ``cwd``, and return what it said.

    It has ``seconds`` of patience, as a quiet machine counts them.
    """
    return subprocess.run(
        args,
        **place(cwd, env),
        input=input,
        stdin=subprocess.DEVNULL if input is None else None,
        capture_output=True,
        text=True,
        timeout=patience(seconds),
        check=False,
        start_new_session=True,  # no terminal of ours either
    )


def type_at_terminal(
    args: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None, answers: list[tuple[str, str]]
) -> tuple[str, int]:
    """Run a command in a pseudo-terminal; wait for each text and type its answer. Return all it said, and its code."""
    where = place(cwd, env)
    child = pexpect.spawn(
        args[0],
        args[1:],
        cwd=str(where["cwd"]),
        env=where["env"],
        encoding="utf-8",
        timeout=patience(),
        dimensions=(40, 200),
    )
    said = []
    try:
        for expected, answer in answers:
            child.expect_exact(expected)
            said += [child.before, child.after]
            child.send(answer)
        child.expect(pexpect.EOF)
        said.append(child.before)
        child.wait()
    finally:
        child.close(force=True)
    code = child.exitstatus if child.exitstatus is not None else -child.signalstatus
    return "".join(map(str, said)), code
