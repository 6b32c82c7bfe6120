"""What is printed passes one of the doors that clean it, and a question the one that looks who is there."""

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


# Where an answer is waited for. Who asks goes through process/consent.py, which looks first whether a person is there.
ASKERS = {"input", "getpass.getpass", "click.confirm", "click.prompt", "getpass"}
PROMPTERS = {"confirm", "answer"}


def test_nobody_is_asked_beside_the_door_that_looks_for_an_agent():
    found = set()
    for path in [*ROOT.rglob("*.py"), *(ROOT.parents[1] / "app").rglob("*.py")]:
        calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
        for call in calls:
            prompts = isinstance(call, ast.Attribute) and call.attr in PROMPTERS and "prompter" in ast.unparse(call)
            if prompts or ast.unparse(call) in ASKERS:
                found.add(path.name)
    assert found == {"consent.py"}
