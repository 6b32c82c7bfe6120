"""A running backend while its STG is reset and brought back: named first, and serving again by itself."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import httpx
import pytest
from support.backend import backend
from support.child import environment, run
from support.patience import patience, wait_until
from support.stack import prepare, stack_of

pytestmark = pytest.mark.xdist_group("backend")


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with stack_of(tmp_path_factory.mktemp("reset")) as running:
        prepare(running)
        yield running


@contextmanager
def asking(address):
    """Ask the backend again and again in this block, and give the list of its answers' codes, by path."""
    answers, over = [], threading.Event()

    def ask():
        with httpx.Client(base_url=address, timeout=patience()) as client:
            while not over.is_set():
                answers.extend((path, client.get(path).status_code) for path in ("/health", "/api/categories"))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join()


def test_a_reset_and_its_undo_disconnect_a_backend_that_then_serves_on(stack, tmp_path):
    env = environment(**stack.urls)
    with backend(tmp_path / "log", **stack.urls) as address:
        assert httpx.get(f"{address}/api/categories").status_code == 200
        with asking(address) as answers:
            for command in (["python", "scripts/prep_db.py", "stg"], ["tierguard", "undo", "stg"]):
                done = run(command, env=env)
                assert done.returncode == 0, done.stderr
                assert "connected to instainstru_stg: instainstru run_backend.py (" in done.stderr
                asked = len(answers)
                # The request that was under way when it ended, and those after it.
                wait_until(lambda enough=asked + 4: len(answers) >= enough)
                assert {code for _, code in answers[asked + 2 :]} == {200}
        codes = [code for _, code in answers]
        assert set(codes) <= {200, 503}
        assert codes.count(200) > codes.count(503)
