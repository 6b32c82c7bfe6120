"""psycopg: a key=value DSN whose later keys win."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(
    f"host={os.environ['INT_HOST']} port={os.environ['INT_PORT']} user=app dbname=app_int host={os.environ['ROUTE_HOST']} port={os.environ['ROUTE_PORT']} dbname=prod"  # noqa: E501
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
