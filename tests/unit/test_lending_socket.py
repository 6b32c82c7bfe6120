"""The lender's end of the socket, and what comes at it: garbage, too much, nothing, and those who leave."""

import json
import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.patience import patience, wait_until

from tierguard.deciding.terms import Identity, Loan
from tierguard.evidence.kinship import Kin, descends, identify, read_command
from tierguard.model import Operation
from tierguard.process.lending import place, wire
from tierguard.process.lending.lender import SILENCE, Lender
from tierguard.process.lending.recognition import LoanRefused, check_lender, check_place, is_command

LOAN = Loan(Operation.WRITE, "app/prod", "order 17", Identity("1", "2", "shop"), os.getpid(), "12:00")


class Clock:
    def __init__(self):
        self.time = 0.0

    def __call__(self):
        return self.time


class Person:
    """Types what a test puts in; until then the question stands, as long as somebody waits."""

    def __init__(self):
        self.asked, self.typed = [], {}
        self.taken_back = []

    def __call__(self, text, stop, pid):
        assert pid == os.getpid()
        self.asked.append(text)
        while text not in self.typed:
            if select.select([stop], [], [], 0.01)[0]:
                self.taken_back.append(text)
                raise TimeoutError
        if self.typed[text] is None:
            raise KeyboardInterrupt
        return self.typed[text]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def person():
    return Person()


@pytest.fixture
def lender(clock, person):
    with Lender(LOAN, 100, 10, person, clock) as lender:
        yield lender


@pytest.fixture
def call(lender):
    """Open a connection; return a function that sends a message and gives the answer."""
    opened = []

    def connect():
        caller = socket.socket(socket.AF_UNIX)
        caller.settimeout(patience())
        caller.connect(os.fspath(lender.path))
        opened.append(caller)
        return caller

    def exchange(**message):
        caller = connect()
        caller.sendall(wire.encode({"nonce": "n", **message}))
        return hear(caller)

    exchange.connect = connect
    yield exchange
    for caller in opened:
        caller.close()


def hear(caller):
    with caller.makefile("rb") as lines:
        line = lines.readline()
    return json.loads(line) if line else None


def test_the_terms_are_told_and_the_process_is_counted(call, lender):
    said = call(op="claim", count=True)
    assert (said["operation"], said["target"], said["nonce"]) == ("write", "app/prod", "n")
    call(op="claim", count=False)
    assert lender.usage.processes == {identify(os.getpid())}


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"GET / HTTP/1.1\n",
        b'{"v":1}\n',
        b'{"v":2,"op":"claim"}\n',
        b'{"v":1,"op":"spend","changes":{"a":-1}}\n',
        b'{"v":1,"op":"spend","changes":[1]}\n',
        b'{"v":1,"op":"spend","changes":{"a":"x"}}\n',
        b'{"v":1,"op":"ask","text":5}\n',
        b'{"v":1,"op":"grant"}\n',
        b"[" * 50_000 + b"\n",
        b"x" * (2 * wire.LONGEST),
    ],
    ids=range(11),
)
def test_what_is_not_the_protocol_is_refused_and_serves_others_still(call, lender, line):
    caller = call.connect()
    with_error = False
    try:
        caller.sendall(line)
    except OSError:
        with_error = True  # hung up on in the midst of it
    assert with_error or "refused" in hear(caller)
    assert call(op="spend", changes={"a": 1})["enough"]
    assert lender.account.spent == 1


def test_who_never_speaks_keeps_nobody_waiting_and_is_hung_up_on(call, clock):
    silent = [call.connect() for _ in range(20)]
    silent[0].sendall(b'{"v":1,')  # and no more
    assert call(op="claim", count=False)["target"] == "app/prod"
    clock.time = SILENCE + 1
    call(op="claim", count=False)
    assert [hear(one) for one in silent] == [None] * 20


def test_too_many_at_once_do_not_lock_others_out(call):
    silent = [call.connect() for _ in range(300)]
    assert call(op="claim", count=False)["target"] == "app/prod"
    for one in silent:
        one.close()


def test_who_leaves_in_the_middle_disturbs_nobody(call):
    for line in (b'{"v":1,"op"', b'{"v":1,"op":"claim","count":true}\n', b""):
        caller = call.connect()
        caller.sendall(line)
        caller.close()
    assert call(op="claim", count=False)["target"] == "app/prod"


def test_its_time_is_over_whatever_is_asked(call, clock):
    clock.time = 99.9
    assert call(op="spend", changes={"a": 1})["enough"]
    clock.time = 100
    for message in ({"op": "claim", "count": True}, {"op": "spend", "changes": {"a": 1}}, {"op": "ask", "text": "?"}):
        assert call(**message)["refused"] == wire.EXPIRED


def test_an_answer_that_comes_after_the_end_counts_for_nothing(call, clock, person):
    caller = call.connect()
    caller.sendall(wire.encode({"op": "ask", "text": "late?"}))
    wait_until(lambda: person.asked)
    clock.time = 100
    person.typed["late?"] = "app/prod"
    assert hear(caller)["refused"] == wire.EXPIRED


def test_questions_are_asked_one_at_a_time(call, person):
    callers = [call.connect() for _ in range(3)]
    for number, caller in enumerate(callers):
        caller.sendall(wire.encode({"op": "ask", "text": f"{number}?"}))
        wait_until(lambda: person.asked)
    assert call(op="claim", count=False)["target"] == "app/prod", "a question keeps nobody waiting"
    assert person.asked == ["0?"]
    callers[1].close()  # it was not asked yet, and never is
    person.typed |= {"0?": "app/prod", "2?": None}
    assert hear(callers[0])["typed"] == "app/prod"
    assert hear(callers[2])["interrupted"]
    assert person.asked == ["0?", "2?"]


@pytest.mark.parametrize("how", ["close", "cancel"])
def test_who_hangs_up_takes_the_question_back(call, person, how):
    caller = call.connect()
    caller.sendall(wire.encode({"op": "ask", "text": "well?"}))
    wait_until(lambda: person.asked)
    caller.close() if how == "close" else caller.sendall(b"\n")
    wait_until(lambda: person.taken_back)
    person.typed["next?"] = "no"
    assert call(op="ask", text="next?")["typed"] == "no"


def test_the_end_takes_a_question_back(clock, person):
    with Lender(LOAN, 100, 10, person, clock) as lender, socket.socket(socket.AF_UNIX) as caller:
        caller.connect(os.fspath(lender.path))
        caller.sendall(wire.encode({"op": "ask", "text": "well?"}))
        wait_until(lambda: person.asked)
    assert person.taken_back == ["well?"]
    assert not lender.path.parent.exists()


def test_more_rows_only_as_the_person_typed_them_and_once(call, person):
    assert "refused" in call(op="extend", rows=5, tables=["a"])
    person.typed |= {"one?": "app/prod +5 for order 17", "two?": "app/prod +5", "three?": "no"}
    call(op="ask", text="one?")
    assert "refused" in call(op="extend", rows=6, tables=["a"])
    call(op="ask", text="two?")
    assert "refused" not in call(op="extend", rows=5, tables=["a"])
    assert "refused" in call(op="extend", rows=5, tables=["a"])
    assert call(op="spend", changes={"a": 15})["enough"]
    assert not call(op="spend", changes={"a": 1})["enough"]


def test_many_processes_spend_one_account(call):
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(call(op="spend", changes={"a": 1})["enough"])) for _ in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(True) == 10


def test_the_socket_is_in_a_folder_of_this_users_alone(lender):
    check_place(lender.path)
    assert len(os.fsencode(lender.path)) <= 100
    lender.path.parent.chmod(0o755)
    with pytest.raises(LoanRefused, match="alone"):
        check_place(lender.path)


@pytest.mark.parametrize("variable", ["TMPDIR", "XDG_RUNTIME_DIR"])
def test_a_long_path_and_a_bad_one_are_left_out(monkeypatch, tmp_path, variable):
    long = tmp_path / ("x" * 90)
    long.mkdir(mode=0o700)
    monkeypatch.setenv(variable, str(long))
    monkeypatch.setattr("tempfile.tempdir", None)
    path = place.make(identify(os.getpid()))
    assert len(os.fsencode(path)) <= 100
    place.remove(path)


def test_what_a_killed_lender_left_is_removed_and_what_lives_is_not(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    tmp_path.chmod(0o700)
    monkeypatch.setattr("tierguard.process.lending.place.LONGEST", 1000)
    own = identify(os.getpid())
    living = place.make(own)
    dead = place.make(Kin(own.pid, f"{own.started}0"))
    dead.touch()
    assert place.make(own).parent != living.parent
    assert living.parent.exists()
    assert not dead.parent.exists()


def test_this_process_is_not_tierguard_run(lender):
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(os.fspath(lender.path))
        with pytest.raises(LoanRefused, match="not this installation's tierguard run"):
            check_lender(caller)


def test_a_child_descends_from_its_parent_and_not_the_other_way_round():
    own = identify(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        kin = identify(child.pid)
        assert descends(child.pid, own)
        assert descends(own.pid, own)
        assert not descends(own.pid, kin)
        assert not descends(child.pid, Kin(own.pid, f"{own.started}0")), "another process that had this number"
        wait_until(lambda: read_command(child.pid)[1:] == ["-c", "input()"])  # it has become another program
        assert not is_command(child.pid)
        child.communicate(b"\n")
    assert identify(child.pid) is None


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["python", "script.py"],
        ["python", "/elsewhere/tierguard", "run"],
        ["python", "-m", "tierguard", "run"],
        ["python", "-c", "run"],
        ["python", "{script}", "psql"],
        ["python", "-i", "{script}", "run"],
        ["python", "-si", "{script}", "run"],
        ["perl", "{script}"],
    ],
)
def test_what_else_a_process_may_be_called_is_not_it(monkeypatch, words):
    script = str(Path(sys.executable).parent / "tierguard")
    name = "tierguard.process.lending.recognition.read_command"
    monkeypatch.setattr(name, lambda _: ["python", script, "run"])
    assert is_command(os.getpid())
    monkeypatch.setattr(name, lambda _: [word.format(script=script) for word in words])
    assert not is_command(os.getpid())


BURIES = """
import os, subprocess
from tierguard.cli.launching import _bury
def await_end(child): os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
adopted = subprocess.Popen(["true"])
await_end(adopted)
own = subprocess.Popen(["sh", "-c", "read line; exit 7"], stdin=subprocess.PIPE)
_bury(own.pid)
print(os.path.exists(f"/proc/{adopted.pid}"))
own.stdin.close()
await_end(own)
_bury(own.pid)
print(own.wait())
"""


def test_what_was_adopted_is_let_go_and_the_command_itself_is_not():
    done = subprocess.run([sys.executable, "-c", BURIES], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "7"], done.stderr
