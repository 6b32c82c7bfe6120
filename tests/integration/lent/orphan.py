"""Change a row, lose the lender, and try to commit."""

import os
import signal

import psycopg
from read import write

import tierguard

signal.signal(signal.SIGHUP, signal.SIG_IGN)
said = "committed"
try:
    with psycopg.connect(tierguard.resolve().url) as connection:
        connection.execute("DELETE FROM person WHERE id = 1")
        os.kill(os.getppid(), signal.SIGKILL)
except tierguard.TierguardError as error:
    said = f"refused {error.rule}"
write("orphan.said", said)
