"""Attributes of psycopg's connections, which every statement reads: the class has them for those that have none."""

from __future__ import annotations

from typing import Any, Final

HELD: Final = "_tierguard_held"  # what is around the statements of a connection to PROD; None of any other
JUDGED: Final = "_tierguard_judged"  # the server's process that was judged
FREE: Final = "_tierguard_free"  # that whose statements nobody has to look at when they are begun
PASSED: Final = "_tierguard_passed"  # the text that is let pass, until it is begun
VALUES: Final = "_tierguard_values"  # what is sent beside the statement that is looked at
NOTHING: Final = object()  # no text


def prepare(connection: Any) -> None:
    """Give a class of connections these attributes."""
    for name, value in ((HELD, None), (JUDGED, 0), (FREE, None), (PASSED, NOTHING), (VALUES, None)):
        setattr(connection, name, value)
