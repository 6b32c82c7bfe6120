"""What a test of a driver on PROD needs: how a person is asked, and what they are shown."""

from __future__ import annotations

import os
import select
import threading

NAME = "conformance/prod"  # what a person types there
TOO_MANY = "DELETE FROM people WHERE id > 3"
CHANGED = ("public.people 97 deleted", "public.orders 194 deleted", "public.gone 97 inserted")  # what that does
EVADING = (
    "DELETE FROM people WHERE id > 3; COMMIT",
    "ROLLBACK; DELETE FROM people WHERE id > 3",
    "COMMIT; DELETE FROM people WHERE id > 3",
    "BEGIN; DELETE FROM people WHERE id > 3; COMMIT",
    "SET default_transaction_read_only = off",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "RESET ALL; DELETE FROM people WHERE id > 3",
    "CLOSE tierguard_hold",
    "COMMIT AND CHAIN",
    "ROLLBACK AND CHAIN",
    "PREPARE TRANSACTION 'later'",
)


def shows(shop, *expected):
    """Return whether the last question has these lines, however they are spaced."""
    lines = [" ".join(line.split()) for line in shop.shown.splitlines()]
    return [line for line in expected if not any(line in each for each in lines)] == []


class Reading:
    """A person who reads until they leave."""

    def __init__(self):
        self.asked = threading.Event()
        self._left, self._leaving = os.pipe()

    def answer(self, _question, stop=None):
        self.asked.set()
        if self._left in select.select([stop, self._left], [], [])[0]:
            return ""
        raise TimeoutError

    def leave(self):
        """Answer with an empty line."""
        os.write(self._leaving, b"!")
