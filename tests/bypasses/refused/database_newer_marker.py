"""psycopg: a marker of a newer version, which we cannot read."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["NEWER_MARKER_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
