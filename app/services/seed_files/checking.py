"""From plain values to entries: run the schema on one value of a tree and say its findings with their lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args

from pydantic import ValidationError

from app.services.seed_files.problems import Problem, quote
from app.services.seed_files.schema import Entry

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from app.services.seed_files.tree import Path, Tree

E = TypeVar("E", bound=Entry)

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a mapping of keys to values",
    "is_instance_of": "a number",
    "decimal_type": "a number",
}


@dataclass(frozen=True, slots=True)
class Placed(Generic[E]):
    """An entry that satisfies the schema, and where it stands."""

    entry: E
    tree: Tree
    path: Path

    def report(self, text: str, *path: str | int) -> Problem:
        """Return a mistake at a path below this entry."""
        return self.tree.report((*self.path, *path), text)


def check(model: type[E], tree: Tree, path: Path, value: Any, problems: list[Problem]) -> Placed[E] | None:
    """Return the value as an entry, or add what is wrong with it to ``problems``."""
    try:
        return Placed(model.model_validate(value), tree, path)
    except ValidationError as refusal:
        for error in refusal.errors(include_url=False):
            at = (*path, *error["loc"])
            if error["type"] == "extra_forbidden":
                name = str(at[-1])
                line = tree.line(at, key=True)
                problems.append(
                    Problem(tree.file, line, f"unknown key {quote(name)}", name, _fields(model, error["loc"]))
                )
            else:
                problems.append(tree.report(at, _tell(error)))
    return None


def check_all(model: type[E], tree: Tree, path: Path, value: Any, problems: list[Problem]) -> list[Placed[E]]:
    """Return the good entries of a list and add what is wrong with the others to ``problems``."""
    if not isinstance(value, tuple):
        problems.append(tree.report(path, f"a list of entries is needed here, not {_kind(value)}"))
        return []
    if not value:
        problems.append(tree.report(path, "the list must have at least 1 entry"))
    found = (check(model, tree, (*path, index), item, problems) for index, item in enumerate(value))
    return [placed for placed in found if placed is not None]


def _tell(error: ErrorDetails) -> str:
    """Say in one line what is wrong and what is allowed."""
    name = next((step for step in reversed(error["loc"]) if isinstance(step, str)), "an entry")
    kind = error["type"]
    if kind == "missing":
        return f"key '{name}' is missing"
    if kind in _WANTED:
        return f"{name} must be {_WANTED[kind]}, not {_kind(error['input'])}"
    if kind == "too_short":
        return f"{name} must have at least {error['ctx']['min_length']} item"
    if kind == "value_error":
        return f"{name} {error['ctx']['error']}, not {quote(error['input'])}"
    rule = error["msg"].replace("Input should", "must").replace("String should", "must").replace("Decimal input", "it")
    return f"{name} {rule}, not {quote(error['input'])}"


def _fields(model: type[Entry], location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are allowed where ``location`` leads to."""
    for step in location[:-1]:
        if isinstance(step, str):
            model = get_args(model.model_fields[step].annotation)[0]
    return list(model.model_fields)


def _kind(value: object) -> str:
    """Name a value as its writer sees it."""
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        return "a list"
    return "a mapping" if isinstance(value, dict) else quote(value)
