-- The small database that every fixture statement is run in. Nothing in it is larger than ten rows.
CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL, lead_id int);
CREATE TABLE people (
  id bigserial PRIMARY KEY,
  name text NOT NULL,
  email text UNIQUE,
  age int,
  active boolean NOT NULL DEFAULT true,
  team_id int REFERENCES teams,
  data jsonb NOT NULL DEFAULT '{}',
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
  amount numeric(10, 2) NOT NULL,
  status text NOT NULL DEFAULT 'new'
);
CREATE TABLE items (id int PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE, label text);
CREATE TABLE log (at timestamptz NOT NULL DEFAULT now(), what text NOT NULL);
CREATE TABLE documents (id int PRIMARY KEY, title text, body text, search tsvector
  GENERATED ALWAYS AS (to_tsvector('english', coalesce(body, ''))) STORED, xml xml);
CREATE TABLE measurements (at date NOT NULL, value float8) PARTITION BY RANGE (at);
CREATE TABLE measurements_2025 PARTITION OF measurements FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE measurements_2026 PARTITION OF measurements FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE "Mixed Case" (id int, "select" text);
CREATE TABLE spare (id int, note text);
ALTER TABLE items OWNER TO differ_owner;
CREATE SCHEMA other;
CREATE TABLE other.people (id int, name text);
CREATE SEQUENCE tickets;
CREATE INDEX people_name ON people (name);
CREATE VIEW adults AS SELECT id, name, age FROM people WHERE age >= 18;
CREATE MATERIALIZED VIEW totals AS SELECT person_id, sum(amount) AS total FROM orders GROUP BY person_id;
CREATE UNIQUE INDEX totals_person ON totals (person_id);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b text);

CREATE FUNCTION add(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE FUNCTION wipe() RETURNS bigint LANGUAGE sql AS 'WITH d AS (DELETE FROM people RETURNING 1) SELECT count(*) FROM d';
CREATE FUNCTION wipe(text) RETURNS bigint LANGUAGE sql AS 'SELECT wipe()';
CREATE FUNCTION wipe(spare) RETURNS bigint LANGUAGE sql AS 'SELECT wipe()';
CREATE FUNCTION wipe(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT wipe() > 0';
-- What says that it changes nothing, so that the planner calls it, also for an EXPLAIN that executes nothing.
CREATE FUNCTION innocent() RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN wipe(); END';
-- What has the name of a harmless function of the server, in another schema.
CREATE FUNCTION other.lower(text) RETURNS text LANGUAGE sql AS 'SELECT public.wipe()::text';
CREATE OPERATOR @#@ (LEFTARG = int, RIGHTARG = int, FUNCTION = wipe);
CREATE VIEW sneaky AS SELECT wipe() AS wiped;
CREATE PROCEDURE tidy() LANGUAGE sql AS 'DELETE FROM spare';
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (what) VALUES (TG_OP); RETURN NULL; END $$;
CREATE TRIGGER people_note AFTER DELETE OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE spare ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON spare USING (true);

GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO PUBLIC; -- so that a lesser role's session can be looked at too

INSERT INTO teams SELECT n, 'team ' || n FROM generate_series(1, 3) n;
INSERT INTO people (name, email, age, team_id, data, tags)
  SELECT 'person ' || n, n || '@example.org', 15 + n, 1 + n % 3, jsonb_build_object('n', n), ARRAY['t' || n] FROM generate_series(1, 10) n;
INSERT INTO log (what) VALUES ('made'); -- so that no vacuum makes an empty file of it, which looks like a TRUNCATE
INSERT INTO orders (person_id, amount) SELECT 1 + n % 10, n FROM generate_series(1, 10) n;
INSERT INTO items SELECT n, n, 'item ' || n FROM generate_series(1, 10) n;
INSERT INTO documents (id, title, body) VALUES (1, 'one', 'a cat'), (2, 'two', 'the dog');
INSERT INTO measurements SELECT date '2025-06-01' + n * 60, n FROM generate_series(1, 6) n;
INSERT INTO spare VALUES (1, 'a'), (2, 'b');
INSERT INTO other.people VALUES (1, 'x');
INSERT INTO "Mixed Case" VALUES (1, 'x');
REFRESH MATERIALIZED VIEW totals;
SELECT lo_create(4242);
ANALYZE;
