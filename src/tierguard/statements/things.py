"""The things that a statement's tree names and that may not be relations: schemas, types, functions, columns. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.statements.effects import Thing
from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tierguard.statements.tour import Node

_MEMBERS: Final = frozenset({"trigger", "rule", "policy"})
_WORDS: Final = {
    "matview": "materialized view",
    "foreign server": "server",
    "fdw": "foreign-data wrapper",
    "statistic ext": "statistics",
    "tsconfiguration": "text search configuration",
    "tsdictionary": "text search dictionary",
    "tsparser": "text search parser",
    "tstemplate": "text search template",
    "opclass": "operator class",
    "opfamily": "operator family",
}


def things_dropped(node: Node) -> Iterator[Thing]:
    """Give what a DROP names."""
    kind = kind_in_words(node.get("removeType", ""))
    for one in node.get("objects", ()):
        routine = one.get("ObjectWithArgs")
        if routine is not None:
            unsaid = routine.get("args_unspecified")
            arguments = None if unsaid else ", ".join(map(_type, routine.get("objargs", ())))
            yield Thing(kind, _names(routine.get("objname", ())), arguments=arguments)
            continue
        parts = _names(one["List"].get("items", ())) if "List" in one else _names([one])
        if kind in _MEMBERS:
            yield Thing(kind, parts[:-1], parts[-1])  # its table, then its own name
        else:
            yield Thing(kind, parts)


def kind_in_words(named: str) -> str:
    """Return the kind that the grammar calls ``OBJECT_MATVIEW`` as SQL writes it after DROP, in lower case."""
    words = named.removeprefix("OBJECT_").replace("_", " ").lower()
    return _WORDS.get(words, words)


def roles_in(node: Node) -> Iterator[Thing]:
    """Give the roles whose things a DROP OWNED drops."""
    for one in node.get("roles", ()):
        role = one["RoleSpec"]
        said = role.get("rolename") or role.get("roletype", "").removeprefix("ROLESPEC_").lower()
        yield Thing("role", (said,))


def _names(items: list[Node]) -> tuple[str, ...]:
    found: list[str] = []
    for one in items:
        if "String" in one:
            found.append(one["String"].get("sval", ""))
        elif "TypeName" in one:
            found += _names(one["TypeName"].get("names", ()))
    return tuple(found)


def _type(node: Node) -> str:
    named = node.get("TypeName", {})
    return ".".join(map(quote_identifier, _names(named.get("names", ())))) + "[]" * bool(named.get("arrayBounds"))
