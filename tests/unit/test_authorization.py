"""The choreography: nothing runs before it was decided, agreed to and recorded, in this order."""

import json
import re
from dataclasses import replace

import pytest

from tierguard.databases import authorization
from tierguard.databases.demands import DEMANDS, snapshot
from tierguard.errors import (
    AuditRefused,
    ConsentRefused,
    IdentityMismatch,
    PolicyRefused,
    ServerMissing,
    TierguardError,
)
from tierguard.evidence.config import parse
from tierguard.model import Authority, Context, Demand, Operation, Tier
from tierguard.process.chosen import Process
from tierguard.process.covers import Declared
from tierguard.testing import FakePrompter, MemorySink

URLS = {
    "TEST_DATABASE_URL": "postgresql://shop:Zq7secret@127.0.0.1:5432/shop_test",
    "STG_DATABASE_URL": "postgresql://shop:Zq7secret@127.0.0.1:5432/shop_stg",
    "DATABASE_URL": "postgresql://shop:Zq7secret@db.example.org:5432/shop",
}
ANSWER = {
    "db": "shop_live",
    "oid": "16400",
    "control": {"system_identifier": 7001},
    "user": "shop",
    "version": 180000,
} | {
    "standby": False,
    "databases": 1,
    "empty": False,
}
PERSON = {"USE_PROD_DATABASE": "true"}, Context(terminal=True)
SERVER = {"USE_PROD_DATABASE": "true"}, Context(production_mode=True)
ON_INT = {}, Context()
ON_STG = {"USE_STG_DATABASE": "true"}, Context()


class World(FakePrompter, MemorySink):
    """A process whose terminal, log and databases write down what happens to them, in order."""

    def __init__(self, process):
        FakePrompter.__init__(self)
        MemorySink.__init__(self)
        self.process = process
        self.events = []
        self.answers = {"yes", "shop/prod", "shop/stg"}
        self.unreachable = None
        self.unkeepable = ""

    def answer(self, question, stop=None):
        del stop
        expected = re.search(r"^Type (\S+)", question, re.MULTILINE)[1]
        self.events.append(f"asked for {expected}")
        return self.questions.append(question) or (expected if expected in self.answers else "")

    def append(self, entry, *, durable):
        number = super().append(entry, durable=durable)
        self.events.append(f"recorded {entry.event} {entry.decision}")
        return number

    def keep(self, target, why):
        assert why  # whoever looks for it reads what it was kept before
        self.events.append("kept")
        if self.unkeepable:
            raise TierguardError(self.unkeepable)
        return f"{target.database}__tg_snap_1"

    def connect(self, _target):
        self.events.append("connected")
        if self.unreachable:
            raise self.unreachable

        class Connection:
            def execute(self, _query):
                return self

            def fetchone(self):
                return [json.dumps(ANSWER)]

            def close(self):
                pass

        return Connection()


@pytest.fixture
def world(tmp_path, monkeypatch):
    def build(evidence, *, table=None):
        environ, context = evidence
        config = parse({"project": "shop", "databases": {"default": table or {}}}, tmp_path / "tierguard.toml")
        made = World(Process(config, URLS | environ, context))
        made.process.prompter = made.process.recorder.sink = made
        monkeypatch.setattr(authorization, "install", lambda: None)
        monkeypatch.setattr(authorization, "current_process", lambda: made.process)
        monkeypatch.setattr(authorization, "resolve", made.process.target)
        monkeypatch.setattr(authorization, "open_target", made.connect)
        monkeypatch.setattr(snapshot, "keep", made.keep)
        made.process.choose()
        made.events.clear()
        return made

    return build


BACKED = {"prod": {"url": "DATABASE_URL", "backup": "provider"}}


def act(made, operation, **kwargs):
    with authorization.authorize(operation, **kwargs) as grant:
        made.events.append("acted")
    return grant


def test_a_reset_of_int_is_proven_recorded_done_and_recorded(world):
    made = world(ON_INT)
    act(made, Operation.RESET)
    assert made.events == ["connected", "kept", "recorded operation allow", "acted", "recorded outcome allow"]
    assert made.entries[-2].detail["snapshot"] == "default__tg_snap_1"
    assert made.entries[-1].detail["outcome"] == "done"
    assert made.entries[-1].tier == "int"


def test_who_keeps_what_it_replaces_is_not_made_to_keep_it_twice(world):
    made = world(ON_STG)
    act(made, Operation.RESET, kept_as="shop_stg__tg_snap_2")
    assert "kept" not in made.events
    assert made.entries[-2].detail["snapshot"] == "shop_stg__tg_snap_2"


def test_what_cannot_be_kept_is_wiped_on_int_and_said(world, capsys):
    made = world(ON_INT)
    made.unkeepable = "no room"
    act(made, Operation.RESET)
    assert made.events[-2:] == ["acted", "recorded outcome allow"]
    assert made.entries[-2].detail["snapshot"] == "none: no room"
    assert "reset without a snapshot: no room" in capsys.readouterr().err


def test_a_refused_look_at_what_would_be_wiped_is_a_refusal(world, monkeypatch):
    made = world(ON_INT)

    def refuse(*_):
        raise IdentityMismatch("it says that it is PROD", rule="higher-tier")

    monkeypatch.setattr(snapshot, "keep", refuse)
    with pytest.raises(IdentityMismatch):
        act(made, Operation.RESET)
    assert "acted" not in made.events


def test_a_coding_agent_wipes_nothing_that_is_not_kept(world):
    made = world(({}, Context(agent="claude", terminal=True)))
    made.unkeepable = "no room"
    with pytest.raises(PolicyRefused, match="no room") as refused:
        act(made, Operation.RESET)
    assert refused.value.rule == "snapshot-missing"
    assert "acted" not in made.events


@pytest.mark.parametrize("answer", [True, False])
def test_a_person_decides_about_a_stg_that_cannot_be_kept(world, answer):
    made = world(({"USE_STG_DATABASE": "true"}, Context(terminal=True)))
    made.unkeepable = "no room"
    if not answer:
        made.answers.remove("shop/stg")
        with pytest.raises(ConsentRefused, match="cannot be kept"):
            act(made, Operation.RESET)
    else:
        act(made, Operation.RESET)
    assert ("acted" in made.events) is answer
    assert "asked for shop/stg" in made.events


def test_ordinary_work_on_int_is_proven_and_not_recorded(world):
    made = world(ON_INT)
    act(made, Operation.READ)
    assert made.events == ["connected", "acted"]


def test_reading_prod_is_recorded(world):
    made = world(PERSON)
    act(made, Operation.READ)
    assert made.events == ["connected", "recorded operation allow", "acted", "recorded outcome allow"]


@pytest.mark.parametrize(
    "operation", [Operation.BULK_WRITE, Operation.MIGRATE, Operation.DESTROY, Operation.ADMIN], ids=str
)
def test_a_person_types_prods_name_after_it_was_proven_and_before_anything_is_done(world, operation):
    made = world(PERSON, table=BACKED)
    act(made, operation, plan="drop the table notes\nand more")
    assert made.events == [
        "connected",
        "asked for shop/prod",
        "recorded operation allow",
        "acted",
        "recorded outcome allow",
    ]
    assert "drop the table notes" in made.questions[-1]
    assert "db.example.org:5432/shop" in made.questions[-1]
    assert "Zq7" not in made.questions[-1]


def test_a_person_who_types_something_else_stops_it_and_that_is_recorded(world):
    made = world(PERSON, table=BACKED)
    made.answers = {"yes"}
    with pytest.raises(ConsentRefused) as caught:
        act(made, Operation.MIGRATE)
    assert caught.value.rule == "typed-name"
    assert made.events == ["connected", "asked for shop/prod", "recorded operation refuse"]


@pytest.mark.parametrize("plan", ["", " \n "])
def test_what_demands_a_plan_and_gets_none_is_refused_unasked(world, plan):
    made = world(PERSON, table=BACKED)
    with pytest.raises(PolicyRefused) as caught:
        act(made, Operation.DESTROY, plan=plan)
    assert caught.value.rule == "plan-required"
    assert made.events == ["recorded operation refuse"]


def test_who_works_on_a_connection_of_others_needs_the_permission_around_it(world):
    world(PERSON, table=BACKED)
    authorization.require_grant(Operation.READ)
    for operation, rule in ((Operation.MIGRATE, "unauthorized"), (Operation.RESET, "prod-never-reset")):
        with pytest.raises(PolicyRefused) as caught:
            authorization.require_grant(operation)
        assert caught.value.rule == rule
    with authorization.authorize(Operation.MIGRATE):
        authorization.require_grant(Operation.MIGRATE)
        with pytest.raises(PolicyRefused):
            authorization.require_grant(Operation.DESTROY)
    with pytest.raises(PolicyRefused):
        authorization.require_grant(Operation.MIGRATE)
    world(ON_INT)
    authorization.require_grant(Operation.RESET)


@pytest.mark.parametrize("evidence", [PERSON, SERVER], ids=["person", "server"])
@pytest.mark.parametrize("operation", [Operation.RESET, Operation.DROP_DATABASE], ids=str)
def test_prod_is_wiped_by_nobody_and_not_even_connected_to(world, evidence, operation):
    made = world(evidence, table=BACKED)
    with pytest.raises(PolicyRefused) as caught:
        act(made, operation)
    assert caught.value.rule == "prod-never-reset"
    assert made.events == ["recorded operation refuse"]


@pytest.mark.parametrize("evidence", [PERSON, SERVER], ids=["person", "server"])
def test_a_migration_of_prod_needs_an_attested_backup(world, evidence):
    made = world(evidence)
    with pytest.raises(PolicyRefused) as caught:
        act(made, Operation.MIGRATE)
    assert caught.value.rule == "prod-backup"
    assert "acted" not in made.events
    act(world(evidence, table=BACKED), Operation.MIGRATE)


def test_a_server_destroys_only_what_a_revision_declares(world):
    made = world(SERVER, table=BACKED)
    with pytest.raises(PolicyRefused):
        act(made, Operation.DESTROY)
    act(made, Operation.DESTROY, declared=Declared(frozenset({"people"})))
    assert not [event for event in made.events if event.startswith("asked")]


def test_seeding_prod_is_of_reference_data(world):
    made = world(SERVER)
    with pytest.raises(PolicyRefused) as caught:
        act(made, Operation.SEED)
    assert caught.value.rule == "reference-only"
    assert made.events == ["recorded operation refuse"]
    act(made, Operation.SEED, reference_only=True)
    assert made.entries[-2].detail["reference_only"] is True
    act(world(ON_STG), Operation.SEED)


def test_a_demand_that_nothing_fulfils_refuses(world, monkeypatch):
    made = world(SERVER)
    monkeypatch.delitem(DEMANDS, Demand.REFERENCE_ONLY)
    with pytest.raises(PolicyRefused, match="nothing here can fulfil reference_only"):
        act(made, Operation.SEED, reference_only=True)
    assert made.events == ["recorded operation refuse"]


def test_a_demand_that_fails_once_the_database_has_proved_itself_is_recorded(world, monkeypatch):
    def fail(case):
        raise PolicyRefused(f"{case.goal.name}: no room for a backup.", rule="prod-backup")

    made = world(SERVER, table=BACKED)
    monkeypatch.setattr(DEMANDS[Demand.BACKUP], "fulfil", fail)
    with pytest.raises(PolicyRefused, match="no room"):
        act(made, Operation.MIGRATE)
    assert made.events == ["connected", "recorded operation refuse"]
    assert made.entries[-1].rule == "prod-backup"


def test_a_shared_stg_is_reset_by_a_person(world):
    shared = {"stg": {"url": "STG_DATABASE_URL", "shared": True}}
    made = world(({"USE_STG_DATABASE": "true"}, Context(terminal=True)), table=shared)
    made.answers = set()
    with pytest.raises(ConsentRefused):
        act(made, Operation.RESET)
    assert "acted" not in made.events
    made.answers = {"shop/stg"}
    act(made, Operation.RESET)
    assert "acted" in made.events


@pytest.mark.parametrize("problem", [ServerMissing("no answer"), IdentityMismatch("it is PROD")], ids=str)
def test_what_cannot_be_reached_or_proven_is_not_touched(world, problem):
    made = world(ON_INT)
    made.unreachable = problem
    with pytest.raises(type(problem)):
        act(made, Operation.RESET)
    assert made.events == ["connected"]


def test_a_target_that_somebody_made_up_grants_nothing(world):
    made = world(SERVER, table=BACKED)
    real = made.process.target()
    for change in (
        {"tier": Tier.INT},
        {"tier": Tier.STG},
        {"authority": Authority.PERSON},
        {"authority": Authority.PROCESS},
    ):
        with pytest.raises(PolicyRefused):
            act(made, Operation.RESET, target=replace(real, **change))
    lower = world(ON_INT)
    with pytest.raises(PolicyRefused):
        act(lower, Operation.READ, target=replace(real, authority=Authority.SERVER))
    assert "acted" not in made.events + lower.events


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_what_fails_is_recorded_as_failed_and_still_raised(world, error):
    made = world(ON_INT)
    with pytest.raises(type(error)), authorization.authorize(Operation.MIGRATE):
        raise error
    assert made.entries[-1].detail["outcome"] == f"failed: {type(error).__name__}"


def test_what_cannot_be_recorded_is_not_done_on_stg(world):
    made = world(ON_STG)
    made.failure = OSError(28, "No space left on device")
    with pytest.raises(AuditRefused):
        act(made, Operation.RESET)
    assert "acted" not in made.events


def test_a_lost_outcome_does_not_hide_what_was_done(world, capsys):
    made = world(ON_STG)
    with authorization.authorize(Operation.RESET):
        made.failure = OSError(28, "No space left on device")
    assert "the outcome could not be recorded" in capsys.readouterr().err


def test_the_outcome_says_how_much_and_how_long(world):
    made = world(ON_INT)
    with authorization.authorize(Operation.SEED) as grant:
        grant.rows = 7
        grant.detail["note"] = "x"
    assert made.entries[-1].detail["rows"] == 7
    assert made.entries[-1].detail["note"] == "x"
    assert made.entries[-1].detail["ms"] >= 0


def test_each_step_is_recorded_before_it_is_made(world):
    made = world(ON_STG)
    with authorization.authorize(Operation.SEED) as grant:
        grant.record_step("Embed")
        assert (made.entries[-1].event, made.entries[-1].detail) == ("step", {"step": "Embed"})
        made.failure = OSError(28, "No space left on device")
        with pytest.raises(AuditRefused):
            grant.record_step("Analyse")


def test_a_reason_behind_the_name_agrees_and_is_recorded(world):
    made = world(PERSON, table=BACKED)
    made.answer = lambda _question, _stop=None: "shop/prod refunds of order 4711"
    with authorization.authorize(Operation.MIGRATE):
        assert made.entries[-1].detail["consent"] == "typed shop/prod refunds of order 4711"


def test_an_operation_is_recorded_with_what_answered_and_who_agreed(world, monkeypatch):
    monkeypatch.setattr(authorization.git, "read_state", lambda _root: {"revision": "c0ffee", "dirty": True})
    made = world(PERSON, table={"prod": {"url": "DATABASE_URL", "backup": "provider"}})
    seen = []
    monkeypatch.setattr(made, "append", lambda entry, *, durable: seen.append((entry, durable)) or len(seen))
    with authorization.authorize(Operation.MIGRATE):
        intent, durable = seen[-1]
    assert (intent.target.database, intent.target.cluster, durable) == ("shop_live", "7001", True)
    assert intent.detail == {
        "backup": "provider",
        "consent": "typed shop/prod",
        "git": {"revision": "c0ffee", "dirty": True},
    }
    assert seen[-1][0].detail["outcome"] == "done"
