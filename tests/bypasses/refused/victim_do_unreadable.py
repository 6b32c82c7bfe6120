"""psycopg: a DO block that runs what stands nowhere in its text."""

import os

import psycopg

import tierguard

tierguard.install()
harm = b"ALTER DATABASE prod RENAME TO gone".hex()
statement = f"""
DO $do$ BEGIN EXECUTE convert_from(decode('{harm}', 'hex'), 'UTF8'); END $do$ /* {os.environ["ROUTE_MARK"]} */"""
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(statement)
