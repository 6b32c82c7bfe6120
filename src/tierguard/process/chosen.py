"""Which database this process uses: chosen once, frozen, recorded, and shown.

The rules are in :mod:`tierguard.deciding.selection`; here they meet the environment, the terminal and the log.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tierguard.deciding.selection import choose
from tierguard.errors import SettingMismatch
from tierguard.evidence import sources
from tierguard.evidence.config import DEFAULT, Config, load
from tierguard.evidence.detect import detect, read_request
from tierguard.evidence.project import load_project
from tierguard.forks import Lock
from tierguard.model import Authority, Ceiling, Choice, Context, Hearsay, Outcome, Request, Target, Tier
from tierguard.process import borrowing, consent, ending, terminal
from tierguard.process.advice import refuse_choice
from tierguard.process.destinations import Destinations
from tierguard.process.recorder import Recorder
from tierguard.process.recording import describe_choice, record_choice
from tierguard.text import conninfo, masking
from tierguard.text.sealed import Sealed, SealedTexts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tierguard.evidence.config import Database
    from tierguard.ports import Prompter
    from tierguard.process.lending.borrower import Lent
    from tierguard.process.standing import Standing


@dataclass
class Process:
    """One process's choice. There is one for this process (:func:`current_process`); tests make their own."""

    config: Config
    environ: Mapping[str, str]  # sealed: whatever shows this object shows no secret
    context: Context
    prompter: Prompter = field(default_factory=terminal.TtyPrompter)
    choice: Choice | None = None
    request: Request | None = None
    early: bool = False  # made at a driver's import: what the program sets up to its first choice counts too
    conflict: SettingMismatch | None = None  # why it is not known which project this is, if so
    recorder: Recorder = field(init=False)
    standing: Standing | None = field(default=None, init=False)  # the person on whose word PROD is used
    purpose: consent.Purpose | None = None  # what a person is told beside, and has to type, where consent is handed on
    lent: Lent | None = field(default=None, init=False)  # the consent that was handed down to this process
    _targets: dict[str, Target] = field(default_factory=dict, init=False)
    _destinations: Destinations = field(default_factory=Destinations, init=False, repr=False)
    turn: consent.Turn = field(default_factory=consent.Turn, init=False)
    declined: dict[consent.Question, str] = field(default_factory=dict, init=False)  # the final "no", and why

    def __post_init__(self) -> None:
        self.environ = SealedTexts(self.environ)
        self.recorder = Recorder(self.config, self.context)

    def doubt(self, told: Hearsay) -> None:
        """Take over what a parent knows to be hearsay in the environment that it handed down."""
        self.context = replace(self.context, hearsay=self.context.hearsay | told)
        self.recorder.context = self.context

    def choose(self, argument: str | None = None, *, service: bool = False) -> Choice:
        """Make the choice, or return the one made. A person is asked here, once.

        Raises:
            SettingMismatch: settings contradict, or another tier was chosen before.
            TierRefused: the tier asked for is not for this process.
            ConsentRefused: the person did not type yes; a process that was told no is not asked again.
            AuditRefused: the choice could not be recorded.
        """
        made = self.choice
        if made is None:
            with self.turn:
                if self.choice is None:
                    return self._freeze(argument, service=service)
                made = self.choice
        if argument and self.config.tier(argument) is not made.tier:
            raise SettingMismatch(
                f"This process already chose {made.tier}; it cannot also be {argument}.",
                hint="Start another process.",
                rule="already-chosen",
            )
        return made

    def look_again(self, root: Path | None = None) -> None:
        """Take configuration and evidence anew, those of the project at ``root`` if given. Nothing was chosen yet.

        Raises:
            SettingMissing: there is no configuration.
            SettingMismatch: it is broken, or CI or the production mode has a value that is no boolean.
        """
        config = load(root or self.config.root)
        self.environ = SealedTexts(os.environ)
        self.context = detect(config, self.environ)
        self.config, self.recorder = config, Recorder(config, self.context)
        self.early, self.conflict = False, None

    def must_ask(self) -> bool:
        """Return whether the choice is still to be made, and will be a question to a person.

        Raises:
            SettingMismatch: the configuration, or a variable, is broken.
        """
        if self.choice is not None or self.conflict is not None:
            return False
        if self.early:
            self.look_again()
        return choose(self.context, read_request(self.config, self.environ)).outcome is Outcome.CONFIRM

    def _freeze(self, argument: str | None, *, service: bool) -> Choice:
        if self.conflict is not None:
            raise self.conflict
        if self.early:
            self.look_again()
        if service:
            terminal.name_tier()
        self.request = read_request(self.config, self.environ, argument, service=service)
        self.lent = borrowing.take_up(self, self.request)
        choice = choose(self.context, self.request)
        borrowing.leave_behind(self, choice.tier)
        if choice.outcome is Outcome.ERROR:
            raise SettingMismatch(choice.reason, hint=choice.hint, rule=choice.rule)
        if choice.outcome is Outcome.REFUSE:
            record_choice(self, choice)
            raise refuse_choice(self, choice)
        for notice in choice.notices:
            terminal.warn(f"{choice.rule}: {notice}")
        if choice.outcome is Outcome.CONFIRM:
            url, _ = self.written_url(DEFAULT, Tier.PROD)
            typed = consent.ask_for_prod(self, conninfo.parse(url).endpoint, describe_choice(self, choice))
            choice = replace(choice, outcome=Outcome.ALLOW, reason=f"a person {typed}; {choice.reason}")
        record_choice(self, choice)
        if choice.authority is Authority.PERSON:
            from tierguard.process.standing import Own

            self.standing = self.lent or Own(self, self.config.database(DEFAULT).sources[Tier.PROD].ask_above)
        self.choice = choice
        if service and choice.tier is Tier.STG:
            self._export_stg()
        return choice

    def _export_stg(self) -> None:
        """Let the processes that a development service starts choose what it chose."""
        flags = self.config.flags
        if flag := flags.get(Tier.STG):
            os.environ[flag] = "true"
        os.environ.pop(flags.get(Tier.PROD, ""), None)

    def ceiling(self) -> Ceiling:
        """Return the highest tier that this process may touch."""
        choice = self.choose()
        assert choice.tier is not None
        return Ceiling(choice.tier, choice.authority)

    def target(self, database: str = DEFAULT) -> Target:
        """Return the database of that name on the chosen tier, with its whole URL.

        Raises:
            SettingMissing: the tier's URL is not set.
            SettingMismatch: its URL is malformed or an ambient variable would change it.
            ServerMissing: the embedded server cannot be started.
        """
        if database not in self._targets:
            with self.turn:
                if database not in self._targets:
                    self._targets[database] = self._make_target(database)
        return self._targets[database]

    def redirect(self, target: Target) -> None:
        """Use ``target``, another database of the same server, from now on, and so whatever this process starts.

        Raises:
            SettingMismatch: no variable says which database of the server is meant.
        """
        database = self.config.database(target.database)
        variables = sources.write_url(database, target.tier, target.sealed, ci=self.context.ci, environ=self.environ)
        os.environ.update(variables)
        self.environ = SealedTexts({**self.environ, **variables})
        with self.turn:
            self._targets[target.database] = target
            self._destinations.forget()

    def find_databases(self, parameters: Mapping[str, str]) -> tuple[Database, ...]:
        """Return the project's databases whose URL on the chosen tier leads where ``parameters`` led.

        Args:
            parameters: libpq's keywords of a connection that was made. Nothing is started and nobody is asked.
        """
        return self._destinations.find(self, parameters)

    def _make_target(self, database: str) -> Target:
        choice = self.choose()
        assert choice.tier is not None
        written, source = self.written_url(database, choice.tier)
        url = sources.connectable(self.config, choice.tier, written)
        assert url is not None
        target = Target(
            self.config.project, database, choice.tier, url, choice.rule, choice.reason, choice.authority, source
        )
        place = f"{conninfo.parse(url).endpoint} ({choice.rule}: {choice.reason})"
        terminal.show_banner(target.tier, place, records_only=self.config.audit_log is None)
        if choice.hint:
            terminal.show_hint(target.tier, choice.hint)
        return target

    def made_targets(self) -> Mapping[str, Target]:
        """Return the databases that were asked for until now, by name."""
        return dict(self._targets)

    def written_url(self, database: str, tier: Tier) -> tuple[Sealed, str]:
        """Return the URL of a database on a tier as it is written, and the name of its source.

        Raises:
            SettingMissing: it is not set.
            SettingMismatch: it is malformed, or an ambient variable would change it.
        """
        wanted = self.config.database(database)
        return sources.read_url(self.config, wanted, tier, ci=self.context.ci, environ=self.environ)


_process: Process | None = None
_process_lock = Lock()


def current_process(
    root: Path | None = None, *, early: bool = False, conflict: SettingMismatch | None = None
) -> Process:
    """Return this process's one choice, made at first use from the environment as it is then.

    ``root``, ``early`` and ``conflict`` are for the first use.
    """
    global _process
    with _process_lock:
        if _process is None:
            config = load_project(root)
            environ = SealedTexts(os.environ)
            _process = Process(config, environ, detect(config, environ), early=early, conflict=conflict)
        return _process


def claim_process(root: Path | None = None) -> Process:
    """Return this process's one choice to a program that asks for it: its word goes before what was found without it.

    Args:
        root: where to look for the configuration. It counts as long as the process is new, or gated by itself.

    Raises:
        SettingMissing: there is no configuration.
    """
    process = current_process(root)
    with process.turn:
        if process.early and process.choice is None:
            process.look_again(root)
    return process


def resolve(
    argument: str | Tier | None = None, *, database: str = DEFAULT, service: bool = False, root: Path | None = None
) -> Target:
    """Return the database that this process uses.

    Args:
        argument: a tier or an alias; it names the tier and no flag moves it.
        database: which of the project's databases.
        service: a long-running development service, whose default is STG instead of INT.
        root: where to look for the configuration, if not above the script and the working directory.

    Raises:
        SettingMissing: the tier's URL is not set.
        SettingMismatch: a setting is malformed or contradicts another.
        AccessRefused: the tier is not for this process, or nobody agreed.
    """
    ending.watch()  # a program's settings may ask before any driver is imported
    chosen = claim_process(root)
    chosen.choose(str(argument) if argument else None, service=service)
    return chosen.target(database)


def describe(target: Target) -> str:
    """Return the target's URL without its secret, for people."""
    return masking.mask(target.url)
