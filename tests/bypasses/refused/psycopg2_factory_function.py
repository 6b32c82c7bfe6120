"""psycopg2: a connection_factory that is a function."""

import os

import psycopg2
import psycopg2.extensions
from psycopg2.extras import DictConnection

import tierguard

tierguard.install()


def make(dsn, **_):
    return DictConnection(dsn)


connection = psycopg2.connect(os.environ["PROD_URL"], connection_factory=make)
connection.cursor().execute(os.environ["ROUTE_SQL"])
