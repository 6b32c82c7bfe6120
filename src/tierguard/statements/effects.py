"""What a text of SQL would do, statement by statement. Values; :mod:`tierguard.statements.classifying` makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tierguard.model import Operation

Parts = tuple[str, ...]  # a relation's name as PostgreSQL reads it: ("people",) or ("public", "people")

# From harmless to grave. Only these are ever the operation of a statement.
GRAVITY: Final = (
    Operation.READ,
    Operation.WRITE,
    Operation.OPAQUE,
    Operation.DDL,
    Operation.BULK_WRITE,
    Operation.DESTROY,
    Operation.ADMIN,
    Operation.DROP_DATABASE,
)


class Hold(StrEnum):
    """How a statement can be kept from taking effect until a person has seen what it did."""

    TRANSACTION = "transaction"  # it runs, its effects are counted, and a rollback undoes them
    EXCLUSIVE = "exclusive"  # it locks everybody else out meanwhile, so it is asked about beforehand
    ALONE = "alone"  # it cannot run inside of a transaction (CREATE INDEX CONCURRENTLY, VACUUM)
    BEYOND = "beyond"  # it acts outside of the database too, where no rollback reaches (COPY TO PROGRAM, dblink)


class Control(StrEnum):
    """What a statement does to the transaction."""

    BEGIN = "begin"
    COMMIT = "commit"
    ROLLBACK = "rollback"
    SAVEPOINT = "savepoint"
    RELEASE = "release"
    ROLLBACK_TO = "rollback to"
    CHARACTERISTICS = "characteristics"  # SET TRANSACTION
    TWO_PHASE = "two-phase"  # PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that exists, and that a statement names as dropped, emptied, rewritten or locked against everybody.

    Attributes:
        kind: what it is, as SQL writes it after DROP, in lower case: ``table``, ``view``, ``materialized view``,
            ``foreign table``, ``index``, ``sequence``, ``schema``, ``type``, ``domain``, ``function``, ``procedure``,
            ``aggregate``, ``routine``, ``extension``, ``database``, ``column``, ``constraint``, ``trigger``, ``rule``,
            ``policy``, …; ``role`` is whose things DROP OWNED drops. Also for ALTER TABLE, TRUNCATE, VACUUM, CLUSTER,
            REINDEX and REFRESH.
        parts: its name; of a column, constraint, trigger, rule or policy the name of its relation.
        member: the name of the column, constraint, trigger, rule or policy; empty for anything else.
        arguments: the types of a routine's arguments as one text, such as ``integer, text``; None where none are named.
    """

    kind: str
    parts: Parts
    member: str = ""
    arguments: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One statement of a text.

    Attributes:
        operation: the gravest thing in it, wherever it stands.
        verb: its command for people: ``DELETE``, ``DROP TABLE``.
        writes: the relations that it names as changed, dropped or emptied, in CTEs too.
        reads: every other relation that it names.
        every_row: an UPDATE, DELETE or MERGE in it reaches every row of a table: it has no WHERE, or one that is
            always true.
        hold: how it can be kept from taking effect.
        control: what it does to the transaction, if anything.
        chained: the transaction ends and another begins (``AND CHAIN``).
        savepoint: the name in SAVEPOINT, RELEASE and ROLLBACK TO.
        read_only: BEGIN or SET TRANSACTION says READ ONLY (True) or READ WRITE (False); None where it says neither.
        loosens: it would undo what protects the session: it makes it writable, resets its settings, closes all its
            cursors, or takes another role.
        creates: the relations that it makes.
        temporary: all that it makes is of this session only.
        why: what makes it as grave as it is, for people; empty where the verb says it.
        objects: what it drops, empties, rewrites or locks against everybody. Where a grave act has none, its
            ``writes`` are taken for them. ALTER TABLE names its table, and each column and constraint that it drops.
        cascade: it says CASCADE: what depends on them goes too. Otherwise they go only if nothing does.
    """

    operation: Operation
    verb: str
    writes: tuple[Parts, ...] = ()
    reads: tuple[Parts, ...] = ()
    every_row: bool = False
    hold: Hold = Hold.TRANSACTION
    control: Control | None = None
    chained: bool = False
    savepoint: str = ""
    read_only: bool | None = None
    loosens: bool = False
    creates: tuple[Parts, ...] = ()
    temporary: bool = False
    why: str = ""
    objects: tuple[Thing, ...] = ()
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class Effects:
    """What a text would do.

    Attributes:
        acts: its statements, in order; none for an empty text.
        gravest: the gravest of their operations.
        gravity: its place in that order.
        is_plain: they are reads that leave the transaction and what protects the session as they are.
        problem: why it could not be read, if so: its one act is then OPAQUE, or what its words say.
    """

    acts: tuple[Act, ...] = ()
    problem: str = ""
    gravest: Operation = field(init=False)
    gravity: int = field(init=False, repr=False)
    is_plain: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        gravity = max([GRAVITY.index(act.operation) for act in self.acts]) if self.acts else 0
        plain = not gravity and not any(act.control or act.loosens for act in self.acts)
        object.__setattr__(self, "gravest", GRAVITY[gravity])
        object.__setattr__(self, "gravity", gravity)
        object.__setattr__(self, "is_plain", plain)

    @property
    def relations(self) -> tuple[Parts, ...]:
        """Return every relation that is named, each once: first those that are changed."""
        named = [*(one for act in self.acts for one in act.writes), *(one for act in self.acts for one in act.reads)]
        return tuple(dict.fromkeys(named))

    @property
    def every_row(self) -> bool:
        """Return whether a WHERE, or its absence, lets one of them reach every row of a table."""
        return any(act.every_row for act in self.acts)
