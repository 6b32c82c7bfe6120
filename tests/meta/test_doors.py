"""What is printed passes one of the doors that clean it."""

import ast
from pathlib import Path

import tierguard

ROOT = Path(tierguard.__file__).parent
DOORS = {
    "cli/options.py",  # say(), print_json() and cell()
    "process/terminal.py",  # say(), warn() and the question
    "cli/commands/audit/showing.py",  # records as ASCII JSON, as they stand in the log
    "embedded/spawn.py",  # from a helper process to its parent
    "testing/conformance.py",  # from a child to its test
    "shim/sitecustomize.py",  # where there may be no tierguard to clean it
}
WRITERS = {"print", "click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write"}


def test_nothing_prints_beside_the_doors():
    found = set()
    for path in ROOT.rglob("*.py"):
        calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
        if any(ast.unparse(call) in WRITERS for call in calls):
            found.add(path.relative_to(ROOT).as_posix())
    assert found <= DOORS
