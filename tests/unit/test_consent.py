"""The door of every question: who is asked, how often, what is recorded, and what a refusal says."""

import asyncio
import threading
from dataclasses import replace

import pytest
from support.patience import patience

from tierguard.errors import ConsentRefused
from tierguard.evidence.config import parse
from tierguard.model import Context, Entry, Location, Tier
from tierguard.process import consent, terminal
from tierguard.process.chosen import Process
from tierguard.testing import FakePrompter, MemorySink

PERSON = Context(terminal=True)
NOBODY = {
    "no person is at a terminal": Context(),
    "this is CI": replace(PERSON, ci=True),
    "this is a test run": replace(PERSON, tests=True),
    "a coding agent (codex) is at work": replace(PERSON, agent="codex"),
}


@pytest.fixture
def make(tmp_path):
    def build(*answers, context=PERSON, environ=None):
        config = parse({"project": "shop"}, tmp_path / "tierguard.toml")
        process = Process(config, environ or {}, context, prompter=FakePrompter(list(answers)))
        process.recorder.sink = MemorySink()
        return process

    return build


QUESTION = consent.Question(
    Tier.STG,
    ("All of it would go.",),
    "shop/stg",
    refusal="shop/stg: nothing was run",
    command="shop reset stg",
    rule="typed-name",
    record=Entry("reset", tier="stg", decision="allow", target=Location(database="shop_stg")),
)


def recorded(process):
    return [
        (one.event, one.decision, one.target.database, one.detail["consent"]) for one in process.recorder.sink.entries
    ]


def test_who_agrees_is_told_what_about_and_nothing_is_recorded_yet(make):
    process = make("shop/stg")
    assert consent.ask(process, QUESTION) == "typed shop/stg"
    (shown,) = process.prompter.questions
    assert "[STG]" in shown
    assert "All of it would go." in shown
    assert shown.endswith("\nType shop/stg to go on, anything else stops here:")
    assert recorded(process) == []  # the act's own record says how it was agreed to


@pytest.mark.parametrize("answer", ["", "yes", "shop/prod", "SHOP/STG"])
def test_another_answer_is_refused_and_recorded_with_the_act(make, answer):
    process = make(answer)
    with pytest.raises(ConsentRefused, match="nothing was run: shop/stg was not typed") as caught:
        consent.ask(process, QUESTION)
    assert (caught.value.ask, caught.value.hint) == ("shop reset stg", "")
    assert recorded(process) == [("reset", "refuse", "shop_stg", "shop/stg was not typed at a terminal")]


@pytest.mark.parametrize("why", NOBODY)
def test_where_nobody_is_no_question_is_shown_and_the_command_for_a_person_is_named(make, why):
    process = make("shop/stg", context=NOBODY[why])
    for door in (consent.require_person, consent.ask):
        with pytest.raises(ConsentRefused, match=r"A person types at a terminal: shop reset stg") as caught:
            door(process, QUESTION)
        assert why in caught.value.message
    assert process.prompter.questions == []
    assert [entry[-1] for entry in recorded(process)] == [why, why]


def test_a_refusal_stands_where_it_cannot_be_recorded(make):
    process = make("no")
    process.recorder.sink.failure = OSError(28, "No space left on device")
    with pytest.raises(ConsentRefused):
        consent.ask(process, QUESTION)


def test_a_final_no_is_neither_asked_nor_recorded_again(make):
    process = make("no", "shop/stg")
    for _ in range(3):
        with pytest.raises(ConsentRefused, match="shop/stg was not typed"):
            consent.ask(process, replace(QUESTION, final=True))
    assert len(process.prompter.questions) == len(recorded(process)) == 1
    assert consent.ask(process, QUESTION)  # one that is not final is an act of its own, and asked


def test_names_from_a_database_do_not_steer_the_terminal(make):
    process = make("shop/stg")
    consent.ask(process, replace(QUESTION, lines=("table \x1b[2Jnotes\r\u202egone",)))
    (shown,) = process.prompter.questions
    assert r"table \u001b[2Jnotes\r\u202egone" in shown


class Raising:
    def __init__(self, error):
        self.error = error

    def answer(self, _question, _stop=None):
        raise self.error


def test_an_interrupt_is_recorded_and_stays_one(make):
    process = make()
    process.prompter = Raising(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as caught:
        consent.ask(process, QUESTION)
    assert caught.value.exit_code == 130
    assert recorded(process)[0][-1] == "interrupted"


def test_who_does_not_answer_in_time_is_refused(make):
    process = make()
    process.prompter = Raising(TimeoutError())
    with pytest.raises(ConsentRefused, match="nobody answered in time"):
        consent.ask(process, QUESTION)


class Slow:
    """Somebody who answers once he is told to."""

    def __init__(self):
        self.asked = threading.Event()
        self.answered = threading.Event()
        self.questions = []

    def answer(self, question, _stop=None):
        self.questions.append(question)
        self.asked.set()
        assert self.answered.wait(patience())
        return "yes"


@pytest.fixture
def slow(make):
    """Give a process that is being asked for PROD in another thread, and that thread's outcome."""
    urls = {"DATABASE_URL": "postgresql://shop@db.example.org/shop", "USE_PROD_DATABASE": "true"}
    process, outcome = make(environ=urls), []
    process.prompter = Slow()
    thread = threading.Thread(target=lambda: outcome.append(process.choose()))
    thread.start()
    assert process.prompter.asked.wait(patience())
    yield process, outcome, thread
    process.prompter.answered.set()
    thread.join(patience())


def test_threads_are_asked_once_and_wait_for_the_answer(slow):
    process, outcome, first = slow
    waiting = [threading.Thread(target=lambda: outcome.append(process.choose())) for _ in range(4)]
    for thread in waiting:
        thread.start()
    process.prompter.answered.set()
    for thread in (first, *waiting):
        thread.join(patience())
    assert len(outcome) == 5
    assert {choice.tier for choice in outcome} == {Tier.PROD}
    assert len(process.prompter.questions) == 1
    assert [entry.event for entry in process.recorder.sink.entries] == ["select"]


def test_an_event_loop_does_not_wait_for_good_for_another_threads_question(slow, monkeypatch):
    process, outcome, _ = slow
    monkeypatch.setattr(terminal, "PATIENCE", 0.1)

    async def connect():
        return process.choose()

    for _ in range(2):
        with pytest.raises(ConsentRefused, match=r"tierguard\.resolve\(\) before the event loop starts"):
            asyncio.run(connect())
    assert outcome == []


def test_only_an_event_loops_thread_has_no_time():
    async def look():
        return terminal.patience(), await asyncio.to_thread(terminal.patience)

    assert terminal.patience() is None
    assert asyncio.run(look()) == (terminal.PATIENCE, None)
