"""From YAML text to plain values that remember their lines.

The parser's events are read directly, not its objects: no tag can name a class, no alias can grow, no nesting can
exhaust the stack, and a time such as ``10:30`` stays text instead of becoming YAML 1.1's base-60 number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from app.services.seed_files.problems import Problem, quote
from app.services.seed_files.reading import UNPRINTABLE

Path = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 12
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
_EMPTY = object()


@dataclass(slots=True)
class Tree:
    """A file's value, the line of every path in it, and what was wrong with its form."""

    file: str
    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    keys: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: bool = False

    def line(self, path: Path, *, key: bool = False) -> int:
        """Return the line of the value (or of its key) at a path, or of the nearest parent that is written down."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def report(self, path: Path, text: str) -> Problem:
        """Return a mistake at a path of this file."""
        return Problem(self.file, self.line(path), text)


def parse(file: str, text: str) -> Tree:
    """Read one YAML document; ``broken`` says that its value cannot be used."""
    tree = Tree(file)
    try:
        _Builder(tree).build(text)
    except _FormMismatch as error:
        tree.problems.append(Problem(file, error.line, error.text))
        tree.broken = True
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "it cannot be parsed"
        tree.problems.append(Problem(file, mark.line + 1 if mark else 1, f"this is not YAML: {said}"))
        tree.broken = True
    except yaml.YAMLError as error:
        tree.problems.append(Problem(file, 1, f"this is not YAML: {' '.join(str(error).split())}"))
        tree.broken = True
    return tree


class _FormMismatch(Exception):
    """The document uses a part of YAML that seed files do not need."""

    def __init__(self, text: str, event: yaml.Event) -> None:
        self.text = text
        self.line = _line(event)
        super().__init__(text)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been read yet; ``key`` waits for its value."""

    path: Path
    value: list[Any] | dict[str, Any]
    key: Any = _EMPTY


class _Builder:
    """Turns the events of one document into a tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.stack: list[_Open] = []
        self.documents = 0

    def build(self, text: str) -> None:
        """Read all events of a text."""
        for event in yaml.parse(text, Loader=_LOADER):
            line = _line(event)
            match event:
                case yaml.DocumentStartEvent():
                    self.documents += 1
                    if self.documents > 1:
                        raise _FormMismatch("one document per file is allowed", event)
                case yaml.AliasEvent():
                    raise _FormMismatch(f"aliases such as *{event.anchor} are not allowed; write the value out", event)
                case yaml.ScalarEvent():
                    _check_node(event)
                    self._scalar(event, line)
                case yaml.SequenceStartEvent():
                    _check_node(event)
                    self._push([], event, line)
                case yaml.MappingStartEvent():
                    _check_node(event)
                    self._push({}, event, line)
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    ended = self.stack.pop()
                    self._place(tuple(ended.value) if isinstance(ended.value, list) else ended.value)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if odd := UNPRINTABLE.search(event.value):
            raise _FormMismatch(f"character U+{ord(odd.group()):04X} is not allowed; only printable text is", event)
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is _EMPTY:
            self._key(event.value, line)
            return
        self.tree.lines[self._next()] = line
        self._place(event.value if event.style else _plain(event.value))

    def _key(self, name: str, line: int) -> None:
        top = self.stack[-1]
        path = (*top.path, name)
        if name in top.value:
            first = self.tree.keys[path]
            text = f"key {quote(name)} occurs twice, first on line {first}; a key is allowed once"
            self.tree.problems.append(Problem(self.tree.file, line, text))
        self.tree.keys[path] = line
        top.key = name

    def _push(self, value: list[Any] | dict[str, Any], event: yaml.NodeEvent, line: int) -> None:
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is _EMPTY:
            raise _FormMismatch("a key must be text, not a list or a mapping", event)
        if len(self.stack) == _DEEPEST:
            raise _FormMismatch(f"nesting deeper than {_DEEPEST} is not allowed", event)
        path = self._next()
        self.tree.lines[path] = line
        self.stack.append(_Open(path, value))

    def _next(self) -> Path:
        """Return the path of the value that comes next."""
        if not self.stack:
            return ()
        top = self.stack[-1]
        return (*top.path, len(top.value) if isinstance(top.value, list) else top.key)

    def _place(self, value: Any) -> None:
        if not self.stack:
            self.tree.value = value
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        else:
            top.value[top.key] = value
            top.key = _EMPTY


def _check_node(event: yaml.NodeEvent) -> None:
    """Refuse anchors and explicit tags."""
    if event.anchor is not None:
        raise _FormMismatch(f"anchors such as &{event.anchor} are not allowed; write the value out", event)
    tag = getattr(event, "tag", None)
    if tag is not None:
        raise _FormMismatch(f"tags such as {quote(tag)} are not allowed", event)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _plain(text: str) -> str | int | bool | Decimal | None:
    """Return what an unquoted word means: nothing, a truth value, a number, or itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
