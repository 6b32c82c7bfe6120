"""Load a folder of seed files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic

from app.services.seed_files import assembly, references
from app.services.seed_files.checking import E, Placed, check, check_all
from app.services.seed_files.problems import Problem, refuse
from app.services.seed_files.reading import read
from app.services.seed_files.schema import (
    CategoryEntry,
    InstructorEntry,
    PatternEntry,
    ServiceEntry,
    SettingsEntry,
    ShelfEntry,
    StudentEntry,
)
from app.services.seed_files.tree import Tree, parse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.services.seed_files.data import SeedData

_MOST_FILES = 50


def load(folder: Path) -> SeedData:
    """Read and check every seed file below a folder.

    Raises:
        SettingMismatch: with every mistake (20 at most), one a line, as ``file:line: what is wrong``.
    """
    problems: list[Problem] = []
    categories = _entries(folder / "categories.yaml", CategoryEntry, problems)
    shelves = _shelves(folder / "services", categories.names("slug"), problems)
    patterns = _entries(folder / "availability_patterns.yaml", PatternEntry, problems)
    instructors = _entries(folder / "instructors.yaml", InstructorEntry, problems)
    students = _entries(folder / "students.yaml", StudentEntry, problems)
    settings = _settings(folder / "settings.yaml", problems)

    heads = [shelf.head for shelf in shelves if shelf.head is not None]
    services = [placed for shelf in shelves for placed in shelf.good]
    names = [shelf.names("slug") for shelf in shelves]
    online: dict[str, bool | None] | None = None
    if shelves and None not in names:
        online = {slug: None for known in names for slug in known or ()}
        online |= {placed.entry.slug: placed.entry.online_capable for placed in services}
    problems += references.find_doubles("slug", categories.good)
    problems += references.find_doubles("category", heads)
    problems += references.find_doubles("slug", services)
    problems += references.find_doubles("name", patterns.good)
    problems += references.find_doubles("email", instructors.good, students.good)
    problems += references.check_services(services, online)
    problems += references.check_patterns(patterns.good)
    problems += references.check_instructors(instructors.good, online, patterns.names("name"))
    if problems or settings is None:
        raise refuse(problems)
    entries = assembly.Entries(
        categories=[placed.entry for placed in categories.good],
        shelves=[
            (head.entry.category, [placed.entry for placed in shelf.good])
            for head, shelf in zip(heads, shelves, strict=True)
        ],
        instructors=[placed.entry for placed in instructors.good],
        students=[placed.entry for placed in students.good],
        patterns=[placed.entry for placed in patterns.good],
        settings=settings.entry,
    )
    return assembly.assemble(entries)


@dataclass(frozen=True, slots=True)
class _File(Generic[E]):
    """The entries of one file: as written (None when the file cannot be used), and those that are right."""

    raw: Any
    good: Sequence[Placed[E]]
    head: Placed[ShelfEntry] | None = None

    def names(self, key: str) -> set[str] | None:
        """Return what all entries, right or not, are called; None when nobody can know."""
        if not isinstance(self.raw, tuple):
            return None
        found = (entry.get(key) for entry in self.raw if isinstance(entry, dict))
        return {name for name in found if isinstance(name, str)}


def _tree(path: Path, problems: list[Problem]) -> Tree | None:
    """Return the tree of a file, or None after reporting why it has none."""
    text = read(path)
    if isinstance(text, Problem):
        problems.append(text)
        return None
    tree = parse(str(path), text)
    problems += tree.problems
    return None if tree.broken else tree


def _entries(path: Path, model: type[E], problems: list[Problem]) -> _File[E]:
    """Read a file that is a list of entries."""
    tree = _tree(path, problems)
    if tree is None:
        return _File(None, ())
    return _File(tree.value, check_all(model, tree, (), tree.value, problems))


def _settings(path: Path, problems: list[Problem]) -> Placed[SettingsEntry] | None:
    """Read the one file that is a single entry."""
    tree = _tree(path, problems)
    return None if tree is None else check(SettingsEntry, tree, (), tree.value, problems)


def _shelves(folder: Path, categories: set[str] | None, problems: list[Problem]) -> list[_File[ServiceEntry]]:
    """Read the services, one file for each category, in the order of the files' names."""
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        problems.append(Problem(str(folder), 1, "there are no service files (*.yaml) in this folder"))
    if len(paths) > _MOST_FILES:
        problems.append(Problem(str(folder), 1, f"{len(paths)} service files are too many; allowed: {_MOST_FILES}"))
    return [_shelf(path, categories, problems) for path in paths[:_MOST_FILES]]


def _shelf(path: Path, categories: set[str] | None, problems: list[Problem]) -> _File[ServiceEntry]:
    """Read one category's services."""
    tree = _tree(path, problems)
    if tree is None:
        return _File(None, ())
    shelf = check(ShelfEntry, tree, (), tree.value, problems)
    if shelf:
        problems += references.find_dangling("category", shelf.entry.category, categories, shelf, "category")
    # The services are looked at even when the head of their file is wrong, so that one run tells everything.
    services = tree.value.get("services") if isinstance(tree.value, dict) else None
    if not isinstance(services, tuple):
        return _File(None, ())
    good = check_all(ServiceEntry, tree, ("services",), services, problems)
    return _File(services, good, shelf)
