"""psycopg: ?options= makes the session look like another one."""

import os

import psycopg

import tierguard

tierguard.install()
with psycopg.connect(
    f"{os.environ['PROD_URL']}?options=-csearch_path%3Dpg_temp%20-cdefault_transaction_read_only%3Don"
) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
