"""Let one process after another, none of which has a terminal, delete five rows; write down what each got."""

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
import psycopg
import tierguard
try:
    with psycopg.connect(tierguard.resolve().url) as connection:
        connection.execute(f"DELETE FROM person WHERE id BETWEEN {sys.argv[1]} AND {sys.argv[1]} + 4")
    print("done")
except tierguard.TierguardError as error:
    print(error.rule)
"""


def delete(first):
    """Return what a process got."""
    command = [sys.executable, "-c", CODE, str(first)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True, check=False
    )
    return done.stdout


Path("delete.said").write_text("".join(delete(first) for first in (1, 6, 11, 11, 16, 21)))
