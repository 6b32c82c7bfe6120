"""A forked child is not stuck on what its parent's threads held."""

from __future__ import annotations

import os
import threading

from tierguard.forks import Lock, renew_in_children


class Count:
    number = 7

    def start_over(self):
        self.number = 0


def in_child(act):
    """Return the exit code of a child in which ``act`` gives it."""
    child = os.fork()
    if child == 0:
        os._exit(act())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def take(lock):
    with lock:
        return 3


def test_a_lock_that_another_thread_holds_is_free_in_a_child():
    lock, held, enough = Lock(), threading.Event(), threading.Event()

    def hold():
        with lock:
            held.set()
            enough.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        held.wait()
        assert in_child(lambda: take(lock)) == 3
    finally:
        enough.set()
        holder.join()
    assert take(lock) == 3


def test_a_child_forked_inside_the_block_leaves_it_and_the_parent_still_holds_it():
    lock = Lock()
    with lock:
        assert in_child(lambda: lock.__exit__() or take(lock)) == 3
        with lock:
            pass


def test_what_a_fork_must_not_share_starts_over_in_the_child_alone():
    count = Count()
    renew_in_children(count)
    assert in_child(lambda: count.number) == 0
    assert count.number == 7
