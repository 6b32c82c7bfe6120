"""psycopg: a DO block that puts PROD's name together as it runs."""

import os

import psycopg

import tierguard

tierguard.install()
statement = f"""
DO $do$ DECLARE r record; BEGIN
  FOR r IN SELECT datname FROM pg_database WHERE datname LIKE 'pro_' LOOP
    EXECUTE format('ALTER DATABASE %I RENAME TO gone', r.datname);
  END LOOP;
END $do$ /* {os.environ["ROUTE_MARK"]} */"""
with psycopg.connect(os.environ["INT_BESIDE_PROD_URL"], autocommit=True) as connection:
    connection.execute(statement)
