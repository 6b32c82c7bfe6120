"""Statements by their gravest operation, a line each."""

from tierguard import Operation

GRAVITIES = {
    Operation.READ: """
        SELECT 1
        SELECT count(*), lower(name), now() FROM people GROUP BY name HAVING count(*) > 1
        SELECT * FROM people WHERE id = %s AND name = %(name)s LIMIT %b
        SELECT * FROM people WHERE id = $1 AND total %% 2 = 0 AND a % 2 = 1
        WITH x AS (SELECT 1) SELECT * FROM x
        SELECT id FROM items ORDER BY embedding <=> %s LIMIT 5
        SELECT l2_distance(a, b), similarity(a, b), gen_random_uuid() FROM items
        SELECT "delete" FROM "drop" -- DROP TABLE people
        SELECT 'DROP TABLE people; --', $$DELETE FROM people$$, E'\\'; DROP TABLE people; --'
        SELECT U&'d\\0061t\\+000061', U&"d!0061t" UESCAPE '!' FROM x
        VALUES (1), (2)
        TABLE people
        SHOW search_path
        SET statement_timeout = '5s'
        SET LOCAL app.tenant = '3'
        SET TIME ZONE 'UTC'
        SET default_transaction_read_only = on
        RESET statement_timeout
        BEGIN
        START TRANSACTION ISOLATION LEVEL SERIALIZABLE
        COMMIT AND CHAIN
        ROLLBACK TO SAVEPOINT a
        EXPLAIN DELETE FROM people
        EXPLAIN (ANALYZE false) DELETE FROM people
        EXPLAIN (ANALYZE) SELECT 1
        COPY people TO STDOUT
        COPY (SELECT 1) TO STDOUT WITH (FORMAT csv)
        LISTEN news
        FETCH 10 FROM c
        CLOSE c
        DECLARE c CURSOR FOR SELECT 1
        PREPARE p AS SELECT 1
        DEALLOCATE ALL
        SELECT pg_advisory_lock(1)
        SELECT set_config('app.tenant', '3', false)
        DISCARD PLANS
    """,
    Operation.WRITE: """
        INSERT INTO people VALUES (1)
        INSERT INTO people SELECT * FROM others ON CONFLICT (id) DO UPDATE SET name = excluded.name
        UPDATE people SET name = 'x' WHERE id = 3
        DELETE FROM people WHERE id > 3
        DELETE FROM people WHERE ctid IN (SELECT ctid FROM people LIMIT 10)
        DELETE FROM people WHERE CURRENT OF c
        UPDATE people p SET name = o.name FROM others o WHERE p.id = o.id
        DELETE FROM people a USING people b WHERE a.id > b.id AND a.name = b.name
        DELETE FROM people WHERE false
        DELETE FROM people WHERE 1 = 0
        MERGE INTO people t USING others s ON t.id = s.id WHEN MATCHED THEN DELETE
        WITH x AS (INSERT INTO people VALUES (1) RETURNING id) SELECT * FROM x
        SELECT * FROM people FOR UPDATE
        SELECT * FROM (SELECT * FROM people FOR SHARE) x
        SELECT nextval('s')
        SELECT 1 WHERE EXISTS (SELECT lo_put(3, 0, 'x'))
        LOCK TABLE people
        NOTIFY news
        COPY people FROM STDIN
        ANALYZE
        SELECT pg_advisory_xact_lock(1)
        EXPLAIN ANALYZE UPDATE people SET a = 1 WHERE id = 2
        DISCARD TEMP
        VACUUM people
        PREPARE p AS DELETE FROM people WHERE id = $1
    """,
    Operation.OPAQUE: """
        DO $$ BEGIN DELETE FROM people; END $$
        CALL empty_all()
        EXECUTE p(1)
        EXPLAIN ANALYZE EXECUTE p
        SELECT empty_all()
        SELECT public.lower('x')
        SELECT * FROM empty_all() x
        SELECT 1 ORDER BY empty_all()
        INSERT INTO people VALUES (empty_all()) RETURNING 1
        EXPLAIN SELECT empty_all()
        SELECT query_to_xml('DELETE FROM people', true, true, '')
        SET ROLE boss
        RESET ROLE
        RESET ALL
        DISCARD ALL
        CLOSE ALL
        CLOSE tierguard_hold
        SET default_transaction_read_only = off
        SET LOCAL transaction_read_only TO DEFAULT
        SET TRANSACTION READ WRITE
        SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
        SELECT set_config('transaction_read_only', 'off', true)
        SELECT set_config(name, 'off', true) FROM x
        PREPARE TRANSACTION 'x'
        COMMIT PREPARED 'x'
        SET a_setting_of_tomorrow = 1
        SELEC 1
        SELECT 1 @#@ 2
        SELECT 1 ORDER BY 1 USING @#@
        SELECT 1 OPERATOR(public.+) 2
        SELECT 1 @#@ ANY (SELECT 2)
        SELECT lo_unlink(3)
    """,
    Operation.DDL: """
        CREATE TABLE x (a int REFERENCES people (id))
        CREATE TEMP TABLE x AS SELECT 1
        SELECT * INTO x FROM people
        CREATE INDEX ON people (name)
        CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC DELETE FROM people; SELECT 1; END
        ALTER TABLE people ADD COLUMN x int
        ALTER TABLE people ALTER COLUMN x TYPE bigint
        COMMENT ON TABLE people IS 'x'
        CREATE DATABASE x
        VACUUM FULL people
        REINDEX TABLE people
    """,
    Operation.BULK_WRITE: """
        DELETE FROM people
        UPDATE people SET name = 'x'
        WITH x AS (DELETE FROM people RETURNING 1) SELECT count(*) FROM x
        EXPLAIN ANALYZE DELETE FROM people
        COPY (DELETE FROM people RETURNING 1) TO STDOUT
        MERGE INTO people USING others ON true WHEN MATCHED THEN DELETE
        MERGE INTO people t USING others s ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE
    """,
    Operation.DESTROY: """
        DROP TABLE people
        DROP SCHEMA public CASCADE
        DROP INDEX ix
        TRUNCATE people
        ALTER TABLE people DROP COLUMN name
        BEGIN; DROP TABLE people; COMMIT
        SELECT 1; TRUNCATE people
    """,
    Operation.ADMIN: """
        GRANT ALL ON people TO public
        REVOKE ALL ON people FROM boss
        CREATE ROLE boss SUPERUSER
        ALTER ROLE boss PASSWORD 'x'
        DROP OWNED BY boss
        ALTER SYSTEM SET fsync = off
        ALTER DATABASE x SET default_transaction_read_only = off
        ALTER TABLE people OWNER TO boss
        ALTER TABLE people DISABLE ROW LEVEL SECURITY
        ALTER TABLE people DISABLE TRIGGER ALL
        SET SESSION AUTHORIZATION boss
        SET session_replication_role = replica
        SET row_security = off
        SELECT pg_terminate_backend(3)
        SELECT set_config('session_replication_role', 'replica', false)
        COPY people TO PROGRAM 'cat'
        COPY people FROM '/etc/passwd'
        UPDATE pg_settings SET setting = 'off' WHERE name = 'x'
        DELETE FROM pg_catalog.pg_class WHERE oid = 3
        COMMENT ON DATABASE x IS 'y'
        COMMENT ON SCHEMA tierguard IS 'y'
        ALTER DATABASE x RENAME TO y
        SECURITY LABEL ON TABLE people IS 'x'
    """,
    Operation.DROP_DATABASE: """
        DROP DATABASE x
        DROP DATABASE IF EXISTS x WITH (FORCE)
    """,
}
CASES = [(text.strip(), gravity) for gravity, texts in GRAVITIES.items() for text in texts.strip().splitlines()]
