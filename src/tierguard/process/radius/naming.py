"""What things are called for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tierguard.text.quoting import quote_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.process.radius.plan import Fate, Reached
    from tierguard.process.radius.reading import Relation
    from tierguard.statements.effects import Thing

_KINDS: Final = {  # pg_class.relkind
    "r": "table",
    "p": "table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
    "S": "sequence",
    "i": "index",
    "I": "index",
    "t": "TOAST table",
    "c": "composite type",
}
_PUBLIC: Final = re.compile(r'(?<![\w".])(?:public|pg_catalog)\.(?=[^.])')
_STORING: Final = frozenset("rm")
_INSIDE: Final = ("table ", "composite type ", "view ", "materialized view ", "foreign table ")


def spell(*parts: str) -> str:
    """Return a name as SQL would write it, without the schema ``public``."""
    schema = list(parts[:-1])
    spelled = [part if part.isidentifier() and part == part.lower() else quote_identifier(part) for part in parts]
    return spelled[-1] if schema in ([], ["public"]) else ".".join(spelled)


def spell_thing(thing: Thing) -> str:
    """Return kind and name of what a statement names."""
    name = f"{spell(*thing.parts)}{'' if thing.arguments is None else f'({thing.arguments})'}"
    kind = "" if thing.kind == "relation" else f"{thing.kind} "
    return f"{kind}{spell(thing.member)} of {name}" if thing.member else f"{kind}{name}"


def kind_of(relation: Relation) -> str:
    """Return what a relation is."""
    return "partition" if relation.partition and relation.relkind in "rp" else _KINDS.get(relation.relkind, "relation")


def shorten(identity: str) -> str:
    """Return what pg_identify_object() says, without the schemas ``public`` and ``pg_catalog``."""
    return _PUBLIC.sub("", identity)


def kind_within(kind: str) -> str:
    """Return the kind of a part: ``column`` of ``table column``."""
    for prefix in _INSIDE:
        if kind.startswith(prefix) and kind.removeprefix(prefix) in {"column", "constraint"}:
            return kind.removeprefix(prefix)
    return kind


def describe(  # noqa: PLR0913 - what is known of it
    relation: Relation, fate: Fate, counted: Mapping[int, int], *, why: str, parent: int, triggers: bool = True
) -> Reached:
    """Return a relation as something reached."""
    from tierguard.process.radius.plan import Reached

    note = ""
    if relation.busy:
        note = "another session locks everybody out of it, so its size is unknown"
    elif relation.relkind == "f":
        note = "its rows are on another server"
    return Reached(
        relation.oid,
        kind_of(relation),
        spell(relation.schema, relation.name),
        fate,
        why,
        parent,
        counted.get(relation.oid, relation.rows),
        relation.oid in counted,
        relation.bytes,
        relation.indexes,
        relation.triggers if triggers else 0,
        note,
        stored=relation.relkind in _STORING,
    )
