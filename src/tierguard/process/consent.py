"""The one door through which every question to a person goes.

A :class:`Question` says what is shown, what has to be typed, how it is recorded and what a refusal says. :func:`ask`
asks it: only where a person is there, in one thread at a time, and never so that an event loop stands still for good.
"""

from __future__ import annotations

import select
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NoReturn

from tierguard.deciding.presence import find_absence
from tierguard.errors import ConsentRefused
from tierguard.forks import Lock
from tierguard.model import Entry, Tier
from tierguard.process import terminal
from tierguard.process.advice import advise, this_command
from tierguard.text.display import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from tierguard.process.chosen import Process

_GLANCE: Final = 0.1  # seconds until somebody who waits for the turn looks whether their question is still wanted
_TOO_LATE: Final = "nobody answered in time; tierguard.resolve() before the event loop has no limit"


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a person.

    Attributes:
        tier: the tier that it is about.
        lines: what is read before answering, each shown behind the tier's mark.
        expected: the text that has to be typed; anything else means no.
        prompt: what typing it does, and what anything else does.
        wordy: what was expected may be followed by a space and words, which are for the record.
        refusal: what has not been done if nobody agrees, as the start of a sentence.
        command: what a person types at a terminal to be asked.
        rule: the id of the rule that demands an answer.
        record: what the log says of the act; how the question ended is added.
        final: a "no" holds for the rest of the process, which is then neither asked nor recorded again.
    """

    tier: Tier
    lines: tuple[str, ...]
    expected: str
    refusal: str
    command: str
    rule: str
    record: Entry = field(compare=False)
    final: bool = False
    prompt: str = "to go on, anything else stops here"
    wordy: bool = False

    def is_met_by(self, answer: str) -> bool:
        """Return whether ``answer`` agrees."""
        return answer == self.expected or (self.wordy and answer.startswith(f"{self.expected} "))


@dataclass
class Purpose:
    """What PROD is asked for, where a command hands the consent on to another one.

    Attributes:
        lines: what a person reads beside where PROD is.
        named: they type ``project/tier`` instead of yes, and say why unless they have said so already.
        reason: why, in their words.
    """

    lines: tuple[str, ...]
    named: bool = False
    reason: str = ""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C at a question: one line and exit code 130, where nobody catches it."""

    exit_code = 130

    def __init__(self, message: str, rule: str) -> None:
        self.rule = rule
        self.told = False
        super().__init__(message)


class Turn(Lock):
    """Whose turn it is to choose and to ask: one thread's at a time; the others wait for its answer."""

    def start_over(self) -> None:
        """Be nobody's."""
        super().start_over()
        self._asked: float | None = None  # when the question that stands now was asked

    def __enter__(self) -> Self:
        """Wait for the turn.

        Raises:
            ConsentRefused: this thread runs an event loop, and a person has not answered another thread for too long.
        """
        patience = terminal.patience()
        if patience is not None and self._asked is not None:
            patience = max(0.0, self._asked + patience - time.monotonic())
        if not self._inner.acquire(timeout=-1 if patience is None else patience):
            raise ConsentRefused(
                "A person is being asked in another thread, and this thread's event loop cannot wait for the answer.",
                hint="Call tierguard.resolve() before the event loop starts.",
            )
        return self

    @contextmanager
    def until(self, stop: int | None) -> Iterator[None]:
        """Have the turn, for which nobody waits any more once ``stop`` can be read from.

        Raises:
            TimeoutError: that is so.
        """
        if stop is None:
            with self:
                yield
            return
        while not self._inner.acquire(timeout=_GLANCE):
            if select.select([stop], [], [], 0)[0]:
                raise TimeoutError
        try:
            yield
        finally:
            self.__exit__()

    def answer(self, process: Process, question: str, stop: int | None) -> str:
        """Ask while holding the turn, so that those who wait know since when."""
        self._asked = time.monotonic()
        try:
            return process.prompter.answer(question, stop)
        finally:
            self._asked = None


def ask(process: Process, question: Question, stop: int | None = None) -> str:
    """Ask ``question`` and return how a person agreed, for the record of the act that may now begin.

    Whatever else happens is recorded as a refusal before this raises.

    Args:
        process: whose question it is.
        question: that is asked.
        stop: a file descriptor; once it can be read from, nobody waits for an answer any more.

    Raises:
        ConsentRefused: nobody is there, nobody answered, or the answer was another.
        Interrupted: Ctrl-C.
    """
    try:
        with process.turn.until(stop):
            require_person(process, question)
            answer = process.turn.answer(process, _render(question), stop)
            if not question.is_met_by(answer):
                _refuse(process, question, f"{question.expected} was not typed at a terminal")
    except TimeoutError:
        _refuse(process, question, _TOO_LATE if stop is None else "nobody answered in time")
    except KeyboardInterrupt:
        _note(process, question, "interrupted")
        raise Interrupted(f"{question.refusal}: interrupted at the question.", question.rule) from None
    return f"typed {answer}"


def pass_on(process: Process, text: str, stop: int) -> str:
    """Ask what a process below asks, whose consent was given here, and return what is typed; nothing if nobody is here.

    Args:
        process: at whose terminal it is asked.
        text: that is shown; the process below records how it ends.
        stop: a file descriptor; once it can be read from, nobody waits for an answer any more.

    Raises:
        TimeoutError: nobody answered until ``stop``.
        KeyboardInterrupt: Ctrl-C.
    """
    return "" if find_absence(process.context) else process.prompter.answer(text, stop)


def require_person(process: Process, question: Question) -> None:
    """Refuse ``question`` where it need not be asked: nobody is there, or the answer was a final "no".

    Raises:
        ConsentRefused: it is refused, and that is recorded; of a final "no" there is a record already.
    """
    if question in process.declined:
        raise _refusal(process, question, process.declined[question])
    if absence := find_absence(process.context):
        _refuse(process, question, absence)


def ask_for_prod(process: Process, endpoint: str, record: Entry) -> str:
    """Let a person confirm that this process uses PROD, and return how they did.

    Args:
        process: that chooses it.
        endpoint: where PROD is, without secrets.
        record: of the choice; its rule is why PROD was asked for.

    Raises:
        ConsentRefused: they did not type what was asked for.
    """
    purpose = process.purpose or Purpose(())
    name = f"{process.config.project}/{Tier.PROD}"
    lines = (
        f"You are about to use the PRODUCTION database: {endpoint}",
        f"Real people's data is in it. Project {process.config.project}, asked for by {record.rule}.",
        *purpose.lines,
    )
    if purpose.named:
        lines += (f"Write the reason behind it: {name} and why. It is recorded.",) if not purpose.reason else ()
    refusal, command = "PROD was not confirmed and nothing was run", this_command(process, Tier.PROD)
    expected = name if purpose.named else "yes"
    question = Question(
        Tier.PROD, lines, expected, refusal, command, record.rule, record, final=True, wordy=purpose.named
    )
    typed = ask(process, question)
    purpose.reason = purpose.reason or typed.removeprefix(f"typed {expected}").strip()
    if purpose.named and not purpose.reason:
        _refuse(process, question, f"{expected} was typed without a reason")
    return typed


def _render(question: Question) -> str:
    mark = terminal.mark(question.tier)
    patience = terminal.patience()
    lines = question.lines
    if patience is not None:
        lines = (*lines, f"An event loop is waiting: answer within {patience:.0f} seconds.")
    shown = "\n".join(f"{mark} {clean(line)}" for line in lines)
    return f"\n{shown}\nType {clean(question.expected)} {question.prompt}:"


def _refuse(process: Process, question: Question, why: str) -> NoReturn:
    _note(process, question, why)
    raise _refusal(process, question, why)


def _refusal(process: Process, question: Question, why: str) -> ConsentRefused:
    hint = advise(process.config, process.context)
    return ConsentRefused(f"{question.refusal}: {why}.", hint=hint, rule=question.rule, ask=question.command)


def _note(process: Process, question: Question, why: str) -> None:
    if question.final:
        process.declined[question] = why
    reason = f"{question.refusal}: {why}"
    detail = {**question.record.detail, "consent": why}
    process.recorder.record_refusal(replace(question.record, rule=question.rule, reason=reason, detail=detail))
