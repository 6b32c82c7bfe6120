"""The documents' commands run: those marked ``bash run`` end with the exit code that the mark says.

They run in a fresh copy of the checkout with its own embedded servers, in the documents' order, so that nobody's STG is
touched. Blocks marked ``bash no-run`` serve until they are stopped, ask a person, or run this very test suite.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from support.patience import patience

from tierguard.evidence.config import parse

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "AGENTS.md", ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"bash (no-run|run( exit=(?P<code>\d))?)")


class Block(NamedTuple):
    """A fenced block: where it begins, what its fence says, and its text."""

    path: Path
    line: int
    info: str
    text: str

    @property
    def place(self):
        return f"{self.path.relative_to(ROOT)}:{self.line}"

    @property
    def code(self):
        return int(MARK.fullmatch(self.info)["code"] or 0)


def blocks_of(path):
    text = path.read_text()
    for found in FENCE.finditer(text):
        indent = found["indent"]
        lines = [line.removeprefix(indent) for line in found["text"].splitlines()]
        yield Block(path, text.count("\n", 0, found.start()) + 1, found["info"].strip(), "\n".join(lines))


BLOCKS = [block for path in DOCUMENTS for block in blocks_of(path)]
RUNNABLE = sorted({block.path for block in BLOCKS if block.info.startswith("bash run")})


class Copy(NamedTuple):
    """A fresh copy of the checkout, and the slow commands that ran in it: preparing twice shows nothing new."""

    folder: Path
    prepared: set[str]

    def remember(self, line):
        self.prepared.add(line)
        return line

    def fresh(self, block):
        """Give the lines of a block without the preparations that ran before, unless it goes on to undo one."""
        for line in block.text.splitlines():
            command = line.split("#")[0].strip()
            if (
                block.code
                or "tierguard undo" in block.text
                or "prep_db.py" not in command
                or command not in self.prepared
            ):
                yield line
            if not block.code and "prep_db.py" in command:
                self.remember(command)


def _load_checkout():
    spec = importlib.util.spec_from_file_location("checkout", ROOT / "docs" / "checkout.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


checkout = _load_checkout()


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Give a fresh copy in which INT and STG are prepared."""
    folder = checkout.copy_checkout(tmp_path_factory.mktemp("checkout"))
    made = Copy(folder, set())
    try:
        for tier in ("int", "stg"):
            done = run_in(folder, made.remember(f"python scripts/prep_db.py {tier}"))
            assert done.returncode == 0, done.stderr
        yield made
    finally:
        checkout.stop_servers(folder)


def run_in(folder, text):
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=checkout.environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=patience(),
        check=False,
        start_new_session=True,  # no terminal: nobody can type yes
    )


@pytest.mark.parametrize("block", [one for one in BLOCKS if one.info.startswith("bash")], ids=lambda one: one.place)
def test_a_block_of_commands_says_whether_it_runs(block):
    assert MARK.fullmatch(block.info)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda one: one.place)
def test_a_block_says_what_it_is(block):
    assert block.info.split(" ")[0] in {"bash", "console", "ini", "json", "python", "sql", "text", "toml", "yaml"}


@pytest.mark.xdist_group("docs")
@pytest.mark.parametrize("path", RUNNABLE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_commands_of_a_document_end_as_it_says(path, copy):
    for block in (one for one in BLOCKS if one.path == path and one.info.startswith("bash run")):
        done = run_in(copy.folder, "\n".join(copy.fresh(block)))
        assert done.returncode == block.code, f"{block.place}\n{block.text}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, f"{block.place}\n{done.stderr}"


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"`(?:tierguard) ([a-z]+)", "".join(p.read_text() for p in DOCUMENTS))))
)
def test_a_command_that_the_documents_name_exists(command):
    from tierguard.cli.main import COMMANDS

    assert command in COMMANDS


def test_every_command_is_documented():
    from tierguard.cli.main import COMMANDS

    text = (ROOT / "README.md").read_text()
    assert [name for name in COMMANDS if f"tierguard {name}" not in text] == []


@pytest.mark.parametrize("block", [one for one in BLOCKS if one.info == "toml"], ids=lambda one: one.place)
def test_a_configuration_in_the_documents_is_accepted(block):
    document = tomllib.loads(block.text)
    table = document.get("tool", {}).get("tierguard")
    assert table is not None
    parse(table, ROOT / "pyproject.toml")


@pytest.mark.parametrize(
    "block", [one for one in BLOCKS if one.info in {"python", "yaml", "json"}], ids=lambda one: one.place
)
def test_a_snippet_is_well_formed(block):
    {"python": ast.parse, "yaml": yaml.safe_load, "json": json.loads}[block.info](block.text)


def test_the_original_commands_of_the_guide_are_all_in_it():
    guide = (ROOT / "docs/guide/database-safety.md").read_text()
    commands = """\
python -c "from app.core.config import settings; print(settings.database_url)"
./run_backend.py
./run_celery_worker.py
pytest
python scripts/prep_db.py
alembic upgrade head
USE_STG_DATABASE=true alembic upgrade head
cp .env.example .env
python scripts/prep_db.py int
python scripts/prep_db.py stg
python scripts/prep_db.py prod
USE_STG_DATABASE=true python scripts/prep_db.py
python scripts/verify_database_safety.py
python scripts/check_database_safety.py
python scripts/test_deployment_scenarios.py
python scripts/pre_deploy_check.py
python scripts/reset_schema.py
USE_STG_DATABASE=true python scripts/reset_schema.py
python scripts/reset_and_seed_yaml.py
USE_STG_DATABASE=true python scripts/reset_and_seed_yaml.py
tail -f logs/database_audit.jsonl | jq ."""
    lines = {
        re.sub(r"\s+#.*", "", line).strip()
        for block in BLOCKS
        for line in block.text.splitlines()
        if block.path.name == "database-safety.md"
    }
    assert [command for command in commands.splitlines() if command not in lines] == []
    assert "../architecture/database-architecture.md" in guide


@pytest.mark.parametrize("path", sorted((ROOT / "docs/pictures").glob("*.svg")), ids=lambda path: path.name)
def test_a_picture_shows_no_secret_and_no_folder_of_a_machine(path):
    text = path.read_text()
    assert not re.search(r"://[^/\s:@]+:(?!\*\*\*)[^@\s<]+@|[0-9a-f]{40}|/tmp|/root|/home|/work", text)
