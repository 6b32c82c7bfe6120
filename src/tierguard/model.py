"""The vocabulary: frozen values that every other module speaks.

Words that sound alike, and the one place where each is made:

=========  ===========================================================  ===================================
Choice     which tier this process uses                                 :mod:`tierguard.deciding.selection`
Ceiling    the highest tier that it may touch, and on whose word        its choice
Reading    what a database says of itself                               :mod:`tierguard.deciding.identity`
Verdict    whether this process may use the database that it reached    :mod:`tierguard.deciding.verdict`
Admission  a connection that was let in, and whether it is watched      :mod:`tierguard.process.admission`
Decision   what the policy demands before an operation                  :mod:`tierguard.deciding.policy`
Ruling     whether a worker may run a task                              :mod:`tierguard.adapters.celery`
Outcome    how a choice or a decision ends                              here
Finding    what a check or a verdict has to say about a project         here
=========  ===========================================================  ===================================

Nothing here reads a clock, an environment, a file or a socket.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tierguard.deciding.terms import Loan
    from tierguard.text.sealed import Sealed


class Tier(StrEnum):
    """The three tiers, lowest first. A name compares as its lower-case string."""

    INT = "int"
    STG = "stg"
    PROD = "prod"

    @property
    def rank(self) -> int:
        """Return 0 for INT, 1 for STG, 2 for PROD: the higher, the more there is to lose."""
        return tuple(Tier).index(self)

    @property
    def label(self) -> str:
        """Return the word that people see: ``INT``, ``STG`` or ``PROD``."""
        return self.value.upper()


class Operation(StrEnum):
    """What a process means to do, gravest last."""

    READ = "read"
    WRITE = "write"
    OPAQUE = "opaque"
    DDL = "ddl"
    BULK_WRITE = "bulk_write"
    SEED = "seed"
    MIGRATE = "migrate"
    DESTROY = "destroy"
    ADMIN = "admin"
    RESET = "reset"
    DROP_DATABASE = "drop_database"


class Authority(StrEnum):
    """On whose word a process holds its tier."""

    PROCESS = "process"  # nobody's in particular: INT and STG need none
    PERSON = "person"  # somebody typed yes at a terminal
    SERVER = "server"  # the server's own environment (production mode)


class Outcome(StrEnum):
    """How a choice or a decision ends."""

    ALLOW = "allow"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Hearsay:
    """What asks for PROD on the word of a file of the work tree, or of the program itself, and where it stands.

    Empty where it stands in the environment that whoever started this process gave it.
    """

    production_mode: str = ""
    flag: str = ""
    request: str = ""

    def __or__(self, other: Hearsay) -> Hearsay:
        """Return what either says."""
        return Hearsay(
            self.production_mode or other.production_mode, self.flag or other.flag, self.request or other.request
        )


class Demand(StrEnum):
    """What must be there before an operation may go on; :mod:`tierguard.databases.demands` fulfils each."""

    REFERENCE_ONLY = "reference_only"  # nothing but reference data is written
    BACKUP = "backup"  # a backup first
    SNAPSHOT = "snapshot"  # what is there is kept first
    PLAN = "plan"  # a person reads what would be done
    TYPED_NAME = "typed_name"  # a person types the target's name


@dataclass(frozen=True, slots=True)
class Context:
    """Evidence about this process, gathered once by :mod:`tierguard.evidence.detect`."""

    tests: str = ""  # the test run that this process is, such as pytest or "manage.py test"
    ci: bool = False
    production_mode: bool = False
    agent: str = ""  # the agent's name; empty does not prove a human
    hint: str = ""  # the editors that this terminal may belong to: recorded, and counts for nothing
    terminal: bool = False
    git_tree: bool = False
    database_url: bool = False  # DATABASE_URL is in the process environment, non-empty
    local: bool = False  # looks like somebody's own machine: a terminal in a git work tree
    hearsay: Hearsay = Hearsay()  # counts for nothing unasked in a git work tree
    loan: Loan | None = None  # consent that tierguard run hands down to this process
    lapsed: str = ""  # why there is none, where the environment says so


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: an argument, the request variable, the two flags."""

    argument: Tier | None = None
    variable: Tier | None = None
    stg: bool = False
    prod: bool = False
    service: bool = False  # run_backend.py and its like: STG unless the server's environment says PROD
    problem: str = ""  # what is wrong with a variable's value; errors only where it would count


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was looked at: its id, whether it matched, and on what evidence."""

    rule: str
    matched: bool
    because: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome of the rule table. ``tier`` is None only for an error."""

    outcome: Outcome
    tier: Tier | None
    rule: str
    reason: str
    hint: str = ""
    authority: Authority = Authority.PROCESS
    notices: tuple[str, ...] = ()
    trace: tuple[Step, ...] = ()
    loan: Loan | None = None  # the consent that it rests on, if that was handed down


@dataclass(frozen=True, slots=True)
class Target:
    """The database that this process chose. Its URL is sealed: nothing shows it but ``url``."""

    project: str
    database: str
    tier: Tier
    sealed: Sealed = field(repr=False)
    rule: str
    reason: str
    authority: Authority = Authority.PROCESS
    source: str = ""  # the variable that the URL came from

    @property
    def url(self) -> str:
        """Return the whole URL, for whoever connects with it now. ``print`` shows it, ``repr`` does not."""
        return self.sealed.open_quietly()

    @property
    def name(self) -> str:
        """Return ``project/tier``: what a person types to consent."""
        return f"{self.project}/{self.tier}"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The highest tier that this process may touch, and on whose word."""

    tier: Tier
    authority: Authority = Authority.PROCESS


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy demands before an operation may go on."""

    outcome: Outcome
    rule: str
    reason: str
    demands: frozenset[Demand] = frozenset()

    @property
    def is_free(self) -> bool:
        """Return whether the operation may go on with nothing demanded."""
        return self.outcome is Outcome.ALLOW and not self.demands


class Level(StrEnum):
    """How much a finding matters. Only ``ERROR`` makes a check fail."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found. ``id`` is stable and names a page under ``docs/rules/``."""

    id: str
    level: Level
    message: str
    hint: str = ""
    subject: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as a part of ``tierguard status --json``."""
        allowed = self.level is not Level.ERROR
        return {"id": self.id, "allowed": allowed, "message": self.message, "hint": self.hint}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting. ``kind`` is human, agent, ci, server or unknown."""

    user: str
    uid: int
    kind: str
    tty: str
    pid: int
    argv0: str
    ancestry: tuple[str, ...] = ()
    hint: str = ""


class Event(StrEnum):
    """What a record is about."""

    SELECT = "select"  # a process chose its tier
    CONNECT = "connect"  # a connection was judged
    STATEMENT = "statement"  # a statement named a database of PROD's, or what a transaction changed on PROD
    STAMP = "stamp"  # the identity of a database was written,
    PIN = "pin"  # pinned,
    REMOVE = "remove"  # or taken away
    END_SESSIONS = "end-sessions"  # those who were connected before it was written are ended
    CREATE = "create"  # a tool made a database,
    DROP = "drop"  # or dropped one that it had made
    OPERATION = "operation"  # an operation begins,
    STEP = "step"  # a step of it,
    OUTCOME = "outcome"  # and its end
    TASK = "task"  # a worker was sent a task
    RECOVERED = "audit.recovered"  # the log itself was mended,
    ANCHOR = "audit.anchor"  # or could not be anchored


@dataclass(frozen=True, slots=True)
class Location:
    """Where a connection led, for the log: never a secret. ``cluster`` is the cluster's system identifier."""

    host: str = ""
    port: str = ""
    database: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An audit record before the log numbers, dates and chains it.

    ``detail`` holds what only some events have (duration in milliseconds, rows, git revision); it must be
    JSON-serialisable and free of secrets.
    """

    event: Event
    database: str = ""
    tier: str = ""
    operation: str = ""
    decision: Outcome | str = ""
    rule: str = ""
    reason: str = ""
    target: Location = Location()
    actor: Actor | None = None
    project: str = ""
    host: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
