"""The worker as a process of its own: what its tasks do shows in the database."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys

import pytest
from celery.schedules import crontab
from support.child import environment, place, run
from support.patience import patience
from support.stack import prepare, stack_of

from app.worker import ANALYTICS, EMBEDDINGS

SEND = f"""
import json, os, tierguard
from app.core.config import ROOT
tierguard.resolve("stg", root=ROOT)
from app.db import connect
from app.worker import celery
sent = [celery.send_task(name) for name in ({EMBEDDINGS!r}, {ANALYTICS!r})]
answers = [one.get(timeout=float(os.environ['PATIENCE'])) for one in sent]
with connect() as connection:
    counts = connection.execute(
        "SELECT (SELECT count(*) FROM service_catalog WHERE embedding IS NOT NULL),"
        " (SELECT count(*) FROM service_analytics), (SELECT count(*) FROM service_catalog)").fetchone()
print(json.dumps([answers, counts]))
"""
BEAT = """
import json
from app.worker import celery
print(json.dumps({name: [entry["task"], str(entry["schedule"])] for name, entry in celery.conf.beat_schedule.items()}))
print(json.dumps(sorted(celery.amqp.queues)))
tasks = [entry["task"] for entry in celery.conf.beat_schedule.values()]
print(json.dumps([celery.amqp.router.route({}, task)["queue"].name for task in tasks]))
"""

# The servers of this module are started once, by whichever process runs all of it.
pytestmark = pytest.mark.xdist_group("worker")


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with stack_of(tmp_path_factory.mktemp("worker")) as running:
        prepare(running)
        yield running


@contextlib.contextmanager
def worker(log, **extra):
    with (
        log.open("w") as output,
        subprocess.Popen(
            ["./run_celery_worker.py"],
            **place(None, environment(**extra)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(patience())
            finally:
                process.kill()


def test_both_tasks_run_in_the_started_worker_and_show_in_the_database(stack, tmp_path):
    log = tmp_path / "worker.log"
    with worker(log, **stack.urls, USE_PROD_DATABASE="true") as process:
        sent = run([sys.executable, "-c", SEND], env=environment(**stack.urls, PATIENCE=str(patience() / 2)))
        assert sent.returncode == 0, sent.stderr + log.read_text()
        assert process.poll() is None
    (embedded, analysed), (vectors, figures, services) = json.loads(sent.stdout)
    assert embedded == {"embedded": services}
    assert analysed["services"] == services
    assert vectors == figures == services >= 200
    said = log.read_text()
    assert "instainstru.stg.embeddings" in said
    assert "beat: Starting" in said
    assert process.returncode == 0


def test_every_scheduled_task_goes_to_a_queue_that_the_worker_consumes(stack):
    asked = run([sys.executable, "-c", BEAT], env=environment(**stack.urls, USE_STG_DATABASE="true"))
    schedule, queues, routed = map(json.loads, asked.stdout.splitlines())
    assert schedule == {
        "embeddings": [EMBEDDINGS, str(crontab(minute="0"))],
        "analytics": [ANALYTICS, str(crontab(minute="30", hour="3,15"))],
    }
    assert queues == ["instainstru.stg.analytics", "instainstru.stg.default", "instainstru.stg.embeddings"]
    assert routed == ["instainstru.stg.embeddings", "instainstru.stg.analytics"]
