"""No secret survives masking, in whatever form it stands."""

import json
import time
import traceback
from pathlib import Path
from string import ascii_letters, digits, punctuation
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tierguard.text import masking
from tierguard.text.masking import MASK, mask

CORE = st.text(ascii_letters + digits, min_size=8, max_size=12).map("Zq7{}".format)
PIECE = st.text(ascii_letters + digits + "@:/?#%&=+!$*,;.~^|-_()[]{}\\ü€", max_size=6)
URL_SECRET = st.tuples(PIECE, CORE, PIECE).map("".join)  # the core must never show, whatever surrounds it
ENCODED = st.tuples(st.text(punctuation + " ü", max_size=6), CORE, st.text(punctuation + " ü", max_size=6)).map("".join)
AFTER = st.sampled_from(["", " and more", "\n", '", "x": 1}', "') failed", ", then", ")", "?sslmode=require"])


def core_of(secret):
    """Return the part of a secret that is unlike anything around it: its longest run of letters and digits."""
    at = secret.index("Zq7")
    return secret[at : at + 11]


def assert_hidden(text, secret):
    masked = mask(text)
    assert core_of(secret) not in masked
    assert MASK in masked
    assert mask(masked) == masked


@given(URL_SECRET, st.sampled_from(["postgresql", "postgres", "postgresql+psycopg", "redis", "amqp"]), AFTER)
@example("p@Zq7aaaaaaaa@b", "postgresql", "")
@example("?Zq7aaaaaaaa", "postgresql", "")
@example("/Zq7aaaaaaaa/", "postgresql", " more")
def test_a_raw_password_in_a_url_is_hidden(secret, scheme, after):
    assert_hidden(f"connecting to {scheme}://shop:{secret}@db.example.org:5432/shop{after}", secret)


@given(ENCODED)
def test_an_encoded_password_in_a_url_is_hidden(secret):
    for encode in (lambda s: quote(s, safe=""), quote, quote_plus):
        assert_hidden(f"postgresql://shop:{encode(secret)}@db:5432/shop", secret)


@pytest.mark.parametrize("mark", ["'", '"', "`", "<", ">"])
def test_a_raw_password_with_a_quote_in_it_is_hidden(mark):
    assert_hidden(f"bad URL postgresql://shop:a{mark}Zq7bbbbbbbb{mark}c@db/shop in .env", "Zq7bbbbbbbb")


@given(ENCODED, st.sampled_from(["password", "sslpassword", "PASSWORD", "pass%77ord", "%70assword", "access_token"]))
def test_a_password_in_a_query_is_hidden(secret, key):
    assert_hidden(f"postgresql://db/shop?sslmode=require&{key}={quote(secret, safe='')}&connect_timeout=3", secret)
    assert "connect_timeout=3" in mask(f"postgresql://db/shop?{key}={quote(secret, safe='')}&connect_timeout=3")


@given(st.text(ascii_letters + punctuation.replace("'", "").replace('"', "").replace("\\", ""), max_size=5), CORE)
def test_an_unquoted_password_in_a_dsn_is_hidden(before, secret):
    for text in (
        f"host=db user=shop password={before}{secret} dbname=shop",
        f"PGPASSWORD={before}{secret} psql",
        f"export DB_PASSWORD={before}{secret}",
        f"password : {before}{secret}",
    ):
        assert_hidden(text, before + secret)


@given(ENCODED)
def test_a_quoted_password_in_a_dsn_is_hidden(secret):
    quoted = secret.replace("\\", "\\\\").replace("'", "\\'")
    assert_hidden(f"host=db password='{quoted}' dbname=shop", secret)
    assert_hidden(f"host=db password = '{quoted}' dbname=shop", secret)


@given(ENCODED, st.sampled_from(["password", "db_password", "PGPASSWORD", "secret_key", "api_key", "token"]))
def test_a_secret_in_json_or_a_repr_is_hidden(secret, key):
    assert_hidden(json.dumps({"user": "shop", key: secret, "n": 1}), secret)
    assert_hidden(json.dumps({"user": "shop", key: secret}, ensure_ascii=False), secret)
    assert_hidden(repr({"user": "shop", key: secret, "n": 1}), secret)
    assert_hidden(repr({key: secret.encode()}), secret)


@given(CORE, st.text(ascii_letters + "@:/?#", max_size=5))
def test_a_secret_in_json_within_json_is_hidden(secret, before):
    inner = json.dumps({"password": before + secret, "user": "shop"})
    assert_hidden(json.dumps({"body": inner}), secret)
    assert_hidden(json.dumps([json.dumps({"body": inner})]), secret)


@given(ENCODED)
def test_a_password_in_sql_is_hidden(secret):
    literal = secret.replace("'", "''")
    escaped = secret.replace("\\", "\\\\").replace("'", "\\'")
    assert_hidden(f"ALTER ROLE shop ENCRYPTED PASSWORD E'{escaped}' VALID UNTIL 'infinity'", secret)
    if "\\" not in secret:
        assert_hidden(f"ALTER ROLE shop PASSWORD '{literal}' VALID UNTIL 'infinity'", secret)


@given(CORE)
def test_a_dollar_quoted_password_in_sql_is_hidden(secret):
    assert_hidden(f"ALTER ROLE shop PASSWORD $${secret}$$", secret)
    assert_hidden(f"ALTER ROLE shop PASSWORD $x$a{secret}$x$ LOGIN", secret)


@given(CORE)
def test_a_password_that_is_cut_off_is_hidden(secret):
    assert_hidden(f"syntax error near password='{secret}", secret)
    assert_hidden(f'syntax error near {{"password": "{secret}', secret)
    assert_hidden(f"syntax error near PASSWORD '{secret}", secret)


def test_a_secret_that_begins_like_the_mask_is_hidden():
    assert_hidden("password=***Zq7cccccccc", "Zq7cccccccc")


@given(URL_SECRET)
def test_a_password_in_a_traceback_is_hidden(secret):
    try:
        int(f"postgresql://shop:{secret}@db:5432/shop")
    except ValueError as error:
        assert_hidden("".join(traceback.format_exception(error)), secret)
        assert_hidden(str(error), secret)


@given(ENCODED)
def test_a_remembered_secret_is_hidden_wherever_it_stands(secret):
    masking.remember(secret)
    try:
        for form in (secret, quote(secret, safe=""), quote_plus(secret)):
            assert core_of(secret) not in mask(f"the server said ({form}) is wrong")
    finally:
        masking._literals.clear()


def test_a_short_remembered_secret_does_not_blank_ordinary_words():
    masking.remember("shop")
    assert mask("the shop is open") == "the shop is open"


@pytest.mark.parametrize(
    "text",
    [
        "nothing to hide here",
        "postgresql://shop@db:5432/shop?sslmode=require",
        "postgresql://db/shop",
        "embedded:///instainstru_test",
        "see https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-URIS",
        "mail somebody@example.org",
        '{"tier": "int", "port": "5432"}',
        "host=db user=shop dbname=shop",
        "the password is never shown",
        "password authentication failed for user shop",
    ],
)
def test_a_text_without_secrets_stays_as_it_is(text):
    assert mask(text) == text


def test_what_is_no_secret_stays_readable():
    masked = mask("postgresql://shop:pass@db.example.org:5432/shop?sslmode=require")
    assert masked == "postgresql://shop:***@db.example.org:5432/shop?sslmode=require"


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "password" * 20_000, "'" * 100_000, "://" * 50_000, "a:b@" * 50_000, "\\" * 100_000]
)
def test_a_long_text_takes_no_time_worth_mentioning(text):
    started = time.perf_counter()
    mask(text)
    assert time.perf_counter() - started < 2


@given(st.text())
def test_masking_twice_is_masking_once(text):
    assert mask(mask(text)) == mask(text)


@given(st.text("password=':\"*{}@/?& \\$", max_size=40))
def test_masking_twice_is_masking_once_even_in_odd_texts(text):
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize("secret", ['abc" Zq7def', "abc Zq7def", "abc'Zq7 def", "abc@Zq7 def", "a&Zq7&password=b def"])
@pytest.mark.parametrize(
    "text", ["password={}", "{} twice", "postgresql://u:{}@h/d", 'pwd="{}', "ALTER ROLE u PASSWORD '{}'"]
)
def test_a_known_secret_is_hidden_whole_before_a_pattern_can_eat_half_of_it(secret, text):
    masking.remember(secret)
    try:
        shown = mask(text.format(secret))
    finally:
        masking._literals.clear()
    assert "Zq7" not in shown
    assert "def" not in shown


@pytest.mark.parametrize("form", ["{}", "--{}", "-{}", "--tier={}", "{}\n", "x {}"])
def test_a_url_on_the_command_line_is_hidden_in_whatever_form_it_is_shown(form):
    url = "postgresql://shop:it's \\Zq7\" secret@h/d"
    masking.remember_arguments([form.format(url)])
    try:
        shown = [mask(one) for one in (f"no {url}", f"no {url!r}", f"no {Path(url)}", f"no {Path(url).parent.name}/d")]
    finally:
        masking._literals.clear()
    assert not any("Zq7" in one or "secret" in one for one in shown), shown
