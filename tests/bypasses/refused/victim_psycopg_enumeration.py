"""psycopg: a statement that is a member of an enumeration, which shows another text than it is."""

import enum
import os

import psycopg

import tierguard

tierguard.install()


class Statement(str, enum.Enum):  # noqa: UP042 - as it was written before StrEnum
    LOCK = f"ALTER DATABASE prod SET search_path = evil /* {os.environ['ROUTE_MARK']} */"


with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(Statement.LOCK)
