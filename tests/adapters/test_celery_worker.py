"""Real workers of every pool on a real broker: what is stray never runs, never goes back, and is kept."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from datetime import date, timedelta

import pytest
from celery import Celery
from kombu import Connection, Queue
from support.child import environment, run
from support.patience import patience, wait_until

from tierguard import embedded
from tierguard.adapters.celery import CONSUMER

SHOP = """
import json, os, pathlib, sys
import tierguard
from celery import Celery, chord, group
from tierguard.adapters.celery import protect

app = Celery("shop", broker=BROKER, backend=BROKER)
app.conf.task_acks_late = True
app.conf.worker_prefetch_multiplier = 1
app.conf.broker_connection_retry_on_startup = True
app.conf.task_routes = {"shop.mail": {"queue": "emails"}}
protect(app, queues=["emails"])

@app.task(name="shop.note")
def note(word):
    with pathlib.Path("ran.txt").open("a") as file:
        file.write(f"{word}\\n")
    return word

@app.task(name="shop.mail", bind=True, max_retries=2)
def mail(self, word):
    if self.request.retries < 2:
        raise self.retry(countdown=0)
    return f"{note(word)} after {self.request.retries}"

@app.task(name="shop.join")
def join(words):
    return "+".join(sorted(words))

if __name__ == "__main__":
    sent = [
        note.delay("plain"),
        mail.delay("retried"),
        note.apply_async(("counted",), countdown=0.2),
        note.apply_async(("named",), queue="emails"),
        chord([note.s("one"), note.s("two")])(join.s()),
    ]
    print(json.dumps([one.get(timeout=float(os.environ['PATIENCE'])) for one in sent]))
    try:
        note.apply_async(("lost",), queue="nowhere")
    except Exception as error:
        print(type(error).__name__)
"""
CONFIG = """
project = "shop"
production_mode = "SHOP_PRODUCTION_MODE"
"""

# The broker of this module is started once and emptied for each test.
pytestmark = pytest.mark.xdist_group("celery")


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    root = tmp_path_factory.mktemp("broker")
    yield embedded.valkey_url(root)
    embedded.down(root)


@pytest.fixture
def project(tmp_path, broker):
    """Give a folder with the project "shop", on a broker that is empty."""
    with Connection(broker) as connection:
        connection.default_channel.client.flushall()
    (tmp_path / "tierguard.toml").write_text(CONFIG)
    (tmp_path / "shop.py").write_text(
        SHOP.replace("BROKER", repr(broker), 1).replace("backend=BROKER", f"backend={broker!r}")
    )
    return tmp_path


@contextlib.contextmanager
def worker(project, pool):
    """Run a worker on STG that consumes every queue of its tier, and the queues of nobody else."""
    command = [sys.executable, "-m", "celery", "-A", "shop", "worker", f"--pool={pool}", "--concurrency=2"]
    command += ["--without-mingle", "--without-gossip", "--loglevel=INFO"]
    with (
        (project / "worker.log").open("w") as output,
        subprocess.Popen(
            command,
            cwd=project,
            env=environment(USE_STG_DATABASE="true"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(patience())
            finally:
                process.kill()


def publish(broker, word, sender, *, task="shop.note", queue="shop.stg.default"):
    """Send a task as somebody would who has not heard of the rule, with any header, into any queue."""
    app = Celery(broker=broker, set_as_current=False)
    message = app.amqp.as_task_v2(word, task, (word,))
    with Connection(broker) as connection, connection.Producer(serializer="json") as producer:
        producer.publish(
            message.body,
            exchange="",
            routing_key=queue,
            declare=[Queue(queue)],
            headers=message.headers | ({"tierguard": sender} if sender else {}),
            **message.properties,
        )


def count(broker, queue):
    with Connection(broker) as connection:
        return connection.default_channel.client.llen(queue)


def dead(broker):
    """Return the headers of what is in the dead-letter queue of STG, without taking it out."""
    with Connection(broker) as connection:
        return [json.loads(raw)["headers"] for raw in connection.default_channel.client.lrange("shop.stg.dead", 0, -1)]


def ran(project):
    file = project / "ran.txt"
    return sorted(file.read_text().split()) if file.exists() else []


def audit(project):
    lines = (project / "logs" / "database_audit.jsonl").read_text().splitlines()
    return [entry for entry in map(json.loads, lines) if entry["event"] == "task"]


@pytest.mark.parametrize("pool", ["solo", "threads", "prefork"])
def test_strays_are_buried_and_what_belongs_here_runs(project, broker, pool):
    for word, sender in [("a", "shop/int"), ("b", "shop/prod"), ("c", "other/stg"), ("d", None)]:
        publish(broker, word, sender)
    publish(broker, "e", "other/stg", task="other.unknown")
    publish(broker, "mine", "shop/stg")
    with worker(project, pool):
        wait_until(lambda: ran(project) and count(broker, "shop.stg.dead") == 5, (project / "worker.log").read_text)
        publish(broker, "last", "shop/stg")  # what was put back would be delivered again before this
        wait_until(lambda: "last" in ran(project), (project / "worker.log").read_text)
    assert ran(project) == ["last", "mine"]
    buried = dead(broker)
    assert {(one["id"], one["tierguard-refused"].split(":")[0]) for one in buried} == {
        ("a", "stray-task"),
        ("b", "stray-task"),
        ("c", "stray-task"),
        ("d", "untagged-task"),
        ("e", "stray-task"),
    }
    assert len(buried) == 5
    assert [count(broker, "shop.stg.default"), count(broker, "celery")] == [0, 0]
    with Connection(broker) as connection:
        assert connection.default_channel.client.hlen("unacked") == 0
    refused = [entry for entry in audit(project) if entry["decision"] == "refuse"]
    assert Counter(entry["detail"]["id"] for entry in refused) == Counter("abcde")
    assert {entry["tier"] for entry in refused} == {"stg"}


def test_retries_countdowns_queues_and_chords_go_on_working(project, broker):
    with worker(project, "prefork"):
        sent = run(
            [sys.executable, "shop.py"],
            cwd=project,
            env=environment(USE_STG_DATABASE="true", PATIENCE=str(patience() / 2)),
        )
        assert sent.returncode == 0, sent.stderr + (project / "worker.log").read_text()
    results, lost = sent.stdout.splitlines()
    assert json.loads(results) == ["plain", "retried after 2", "counted", "named", "one+two"]
    assert lost == "QueueNotFound"
    assert count(broker, "shop.stg.dead") == 0


def test_a_sender_on_another_tier_does_not_reach_this_worker(project, broker):
    send = "import shop; shop.note.delay('int')"
    with worker(project, "solo"):
        assert run([sys.executable, "-c", send], cwd=project, env=environment()).returncode == 0
        publish(broker, "mine", "shop/stg")
        wait_until(lambda: ran(project), (project / "worker.log").read_text)
    assert ran(project) == ["mine"]
    assert count(broker, "shop.int.default") == 1
    assert count(broker, "shop.stg.dead") == 0


def test_a_task_without_a_sender_runs_with_one_finding_until_the_day(project, broker):
    later = date.today() + timedelta(days=30)  # noqa: DTZ011 - any day that is surely ahead
    (project / "tierguard.toml").write_text(f"adopt_until = {later}\n{CONFIG}")
    publish(broker, "old", None)
    publish(broker, "older", None)
    publish(broker, "stray", "shop/int")
    with worker(project, "solo"):
        wait_until(
            lambda: len(ran(project)) == 2 and count(broker, "shop.stg.dead") == 1, (project / "worker.log").read_text
        )
    assert ran(project) == ["old", "older"]
    assert Counter((entry["decision"], entry["rule"]) for entry in audit(project)) == {
        ("allow", "untagged-task"): 1,
        ("refuse", "stray-task"): 1,
    }
    assert (project / "worker.log").read_text().count("the task shop.note runs although") == 1


def test_a_consumer_that_would_let_strays_run_is_a_configuration_error(project):
    code = textwrap.dedent("""
        import shop
        shop.app.conf.worker_consumer = "celery.worker.consumer.consumer:Consumer"
        try:
            shop.app.conf.task_default_queue
        except Exception as error:
            print(type(error).__name__, shop.app.conf.worker_consumer)
    """)
    result = run([sys.executable, "-c", code], cwd=project, env=environment())
    assert result.stdout.split() == ["SettingMismatch", CONSUMER], result.stderr


def test_a_tier_that_is_refused_stops_senders_and_workers_alike(project, broker):
    code = textwrap.dedent("""
        import shop
        for _ in range(2):
            try:
                shop.note.delay("never")
            except Exception as error:
                print(type(error).__name__)
    """)
    prod = environment(USE_PROD_DATABASE="true")
    assert run([sys.executable, "-c", code], cwd=project, env=prod).stdout.split() == ["TierRefused"] * 2
    started = run([sys.executable, "-m", "celery", "-A", "shop", "worker", "--pool=solo"], cwd=project, env=prod)
    assert started.returncode != 0
    assert "Production database access requested" in started.stderr
    with Connection(broker) as connection:
        assert connection.default_channel.client.keys("*") == []


def test_importing_a_protected_application_chooses_nothing(project):
    code = "import shop, tierguard.process.chosen as s; print(s._process)"
    result = run([sys.executable, "-c", code], cwd=project, env=environment())
    assert (result.stdout, result.stderr) == ("None\n", "")
