"""psycopg: a role's settings in PROD's database."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(
        f"ALTER ROLE app IN DATABASE prod SET default_transaction_read_only = on /* {os.environ['ROUTE_MARK']} */"
    )
