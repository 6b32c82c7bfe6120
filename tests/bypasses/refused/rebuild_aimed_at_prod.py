"""Our own tool: a target of INT that is aimed at PROD's database, to be rebuilt."""

import os
from dataclasses import replace

import psycopg

import tierguard
from tierguard import tools
from tierguard.text.sealed import Sealed

aimed = replace(tierguard.resolve("int"), sealed=Sealed(os.environ["PROD_URL"]))
with tools.rebuild_database(aimed) as build, psycopg.connect(build.target.url) as connection:
    connection.execute(os.environ["ROUTE_SQL"])
