"""What is a session's own: temporary, made in the open transaction, or not there at all. Nobody else loses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierguard.model import Operation
from tierguard.statements.effects import Control
from tierguard.text.quoting import quote_identifier, quote_literal

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tierguard.process.admission import Answer
    from tierguard.process.holding.steps import Step
    from tierguard.statements.effects import Act, Parts

_TEMPORARY, _MADE, _OTHERS = "t", "m", "o"
_PLAIN: Final = frozenset({"CREATE TABLE", "CREATE TABLE AS", "CREATE SEQUENCE", "CREATE INDEX", "INSERT", "LOCK"})


def owns(acts: Sequence[Act], text: Sequence[Act]) -> Generator[Step, Answer | None, bool]:
    """Return whether all that ``acts`` name is the session's own, and none of it anybody else's.

    Args:
        acts: what would destroy or administer.
        text: every statement of the text in which they stand.
    """
    names = [_names(act) for act in acts]
    if not all(names) or not _is_clear(acts, text):
        return False
    answer = yield write_query([name for each in names for name in each])
    if answer is None or answer.value is None:
        return False
    found = set(answer.value)
    # A TRUNCATE … CASCADE empties what refers to it, also what was there; a DROP … CASCADE drops only the reference.
    spreads = any(act.cascade and act.verb == "TRUNCATE" for act in acts)
    return found <= ({_TEMPORARY} if spreads else {_TEMPORARY, _MADE})


def are_empty(acts: Sequence[Act], text: Sequence[Act]) -> Generator[Step, Answer | None, bool]:
    """Return whether ``acts`` drop only columns, of tables without a row: a column of nothing holds nothing.

    So the migrations of a framework, each in a transaction of its own, can make a new database.

    Args:
        acts: what would destroy or administer.
        text: every statement of the text in which they stand.
    """
    columns = all(act.operation is Operation.DESTROY and act.verb == "ALTER TABLE" and act.writes for act in acts)
    if not columns or not _is_clear(acts, text):
        return False
    tables = dict.fromkeys(".".join(map(quote_identifier, parts)) for act in acts for parts in act.writes)
    empty = " AND ".join(f"NOT EXISTS (SELECT FROM {table})" for table in tables)
    answer = yield f"SELECT ({empty})::text"
    return answer is not None and answer.value == "true"


def _names(act: Act) -> tuple[Parts, ...]:
    if act.verb in {"GRANT", "REVOKE"}:
        return act.reads
    return act.writes


def _is_clear(acts: Sequence[Act], text: Sequence[Act]) -> bool:
    """Return whether what stands before ``acts`` in their text leaves the names what they are now.

    A SET search_path, a rename or a function before them could let a name mean something else by then.
    """
    last = max(place for place, act in enumerate(text) if act in acts)
    return all(act in acts or act.verb in _PLAIN or act.control is Control.BEGIN for act in text[:last])


def write_query(names: Sequence[Parts]) -> str:
    """Return the SQL that says of relations, and of their parts, whose they are: a letter for each that is there.

    A table's system columns are written once, when it is made; by the transaction that is open, their xmin has no age,
    and that transaction locks the table (manual, section 5.6 and 9.27.8). A newer one of somebody else's is not locked.
    """
    roots = ", ".join(quote_literal(".".join(map(quote_identifier, parts))) for parts in names)
    return f"""WITH RECURSIVE reached(oid) AS (
    SELECT pg_catalog.to_regclass(name)::pg_catalog.oid FROM unnest(ARRAY[{roots}]) name
    UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN reached ON inhparent = reached.oid)
  SELECT coalesce(string_agg(CASE WHEN c.relpersistence = 't' THEN '{_TEMPORARY}'
    WHEN c.relkind IN ('i', 'I') THEN (SELECT CASE WHEN pg_catalog.age(i.xmin) <= 0 THEN '{_MADE}' ELSE '{_OTHERS}' END
      FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid)
    WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum = -1 AND pg_catalog.age(a.xmin) <= 0)
    AND EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = pg_catalog.pg_backend_pid()
      AND l.relation = c.oid AND l.mode = 'AccessExclusiveLock') THEN '{_MADE}'
    ELSE '{_OTHERS}' END, ''), '') FROM reached JOIN pg_catalog.pg_class c USING (oid)"""  # noqa: S608 - quoted names
