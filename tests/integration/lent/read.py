"""Read PROD, as a program does that knows nothing of consent, and say what came of it."""

import sys
from pathlib import Path

import psycopg

import tierguard


def read(sql="SELECT count(*) FROM person", url=""):
    """Return what this process got."""
    try:
        tierguard.install()
        target = tierguard.resolve()
        with psycopg.connect(url or target.url) as connection:
            return f"got {target.tier} {connection.execute(sql).fetchone()[0]}"
    except tierguard.TierguardError as error:
        return f"refused {error.rule}: {error}"
    except psycopg.Error as error:
        return f"failed: {error}"


def write(place, said):
    """Write what was said into a file that is whole once it is there."""
    new = Path(f"{place}.new")
    new.write_text(said)
    new.rename(place)


if __name__ == "__main__":
    print(read(*sys.argv[1:]))
