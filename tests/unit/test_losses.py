"""What a script of SQL takes away, for the plan that a person reads."""

import pytest

from tierguard.statements.losses import Loss, find_losses

TABLE = "the table"


@pytest.mark.parametrize(
    ("sql", "losses"),
    [
        ("DROP TABLE notes", [("notes", TABLE)]),
        ('drop table if exists a, b , "C d";', [("a", TABLE), ("b", TABLE), ("C d", TABLE)]),
        ("DROP TABLE shop.notes CASCADE", [("shop.notes", f"{TABLE}, and what depends on it")]),
        ("TRUNCATE a, ONLY b.c", [("a", "every row"), ("b.c", "every row")]),
        ("TRUNCATE TABLE notes", [("notes", "every row")]),
        ("DELETE FROM notes WHERE id > 1", [("notes", "rows")]),
        ("ALTER TABLE people DROP COLUMN phone", [("people", "the column phone")]),
        (
            'ALTER TABLE IF EXISTS ONLY people DROP a, ADD COLUMN x int, DROP COLUMN IF EXISTS "B c" CASCADE',
            [("people", "the column a"), ("people", "the column B c")],
        ),
        ("DROP/* now */TABLE -- these\n notes; TRUNCATE notes", [("notes", TABLE), ("notes", "every row")]),
    ],
)
def test_losses_are_read_by_table(sql, losses):
    found, opaque = find_losses(sql)
    assert [(".".join(loss.table), loss.what) for loss in found] == losses
    assert opaque == ()


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE notes (drop_table int)",
        "DROP INDEX ix_notes",
        "DROP VIEW seen",
        "ALTER TABLE notes ADD COLUMN x int DEFAULT 1",
        "ALTER TABLE notes ALTER COLUMN x SET NOT NULL",
        "COMMENT ON TABLE notes IS 'DROP TABLE notes; really'",
        "-- DROP TABLE notes\n;;",
        "",
    ],
)
def test_what_takes_nothing_away_is_not_named(sql):
    assert find_losses(sql) == ((), ())


@pytest.mark.parametrize(
    "sql",
    [
        "DO $$ BEGIN EXECUTE 'DROP TABLE notes'; END $$",
        "SELECT empty_all()",
        "CALL empty_all()",
        "UPDATE notes SET text = ''",
        "DROP SCHEMA shop CASCADE",
        "DROP VIEW seen CASCADE",
        "DROP OWNED BY shop",
        "WITH gone AS (DELETE FROM notes RETURNING 1) SELECT 1",
        "ALTER TYPE mood RENAME TO mood_was",
    ],
)
def test_what_does_not_say_plainly_what_it_takes_is_shown_as_it_stands(sql):
    found, opaque = find_losses(sql)
    assert found == ()
    (shown,) = opaque
    assert shown.split()[0] == sql.split()[0]
    assert len(find_losses(f"SELECT '{'x' * 10_000}'")[1][0]) < 200


def test_a_loss_is_a_value():
    assert Loss(("notes",), TABLE) == Loss(("notes",), TABLE)
