"""Mocks in the place of each driver's connect, and INT by the true one afterwards."""

import asyncio
import os
from unittest import mock

import asyncpg
import pg8000.dbapi
import psycopg
import psycopg2

import tierguard

tierguard.install()
for module in (pg8000.dbapi, psycopg, psycopg2):
    with mock.patch.object(module, "connect") as connect:
        module.connect("nowhere").cursor().execute("SELECT 1")
        connect.assert_called_once_with("nowhere")
    with mock.patch(f"{module.__name__}.connect", autospec=True, return_value=None) as connect:
        module.connect("nowhere")
        connect.assert_called_once()
with mock.patch("asyncpg.connect", autospec=True, return_value="made up"):
    if asyncio.run(asyncpg.connect("nowhere")) != "made up":
        raise SystemExit("asyncpg.connect was not mocked")
with mock.patch("psycopg2._connect", side_effect=psycopg2.OperationalError("down")):
    try:
        psycopg2.connect(os.environ["INT_URL"])
    except psycopg2.OperationalError as error:
        if str(error) != "down":
            raise
with mock.patch("psycopg2.extensions.connection") as kind, mock.patch("psycopg.Connection", spec=True):
    kind("nowhere").close()
with mock.patch("psycopg2.connect", wraps=psycopg2.connect) as connect:
    psycopg2.connect(os.environ["INT_URL"]).cursor().execute(os.environ["ROUTE_SQL"])
    connect.assert_called_once()
