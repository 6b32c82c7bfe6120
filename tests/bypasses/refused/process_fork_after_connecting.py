"""psycopg: a child forked after INT was reached, when every judgement is remembered."""

import os
import sys

import psycopg

import tierguard

tierguard.install()
psycopg.connect(os.environ["INT_URL"]).close()
child = os.fork()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
with psycopg.connect(os.environ["PROD_URL"]) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
