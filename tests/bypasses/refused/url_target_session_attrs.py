"""psycopg: target_session_attrs passes over INT, whose sessions are read-only here, to PROD."""

import os

import psycopg

import tierguard

tierguard.install()
hosts = "{INT_HOST}:{INT_PORT},{ROUTE_HOST}:{ROUTE_PORT}".format(**os.environ)
with psycopg.connect(f"postgresql://app@{hosts}/prod?target_session_attrs=read-write") as connection:
    connection.execute(os.environ["ROUTE_SQL"])
