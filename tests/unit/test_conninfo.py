"""URLs are read as libpq reads them, and what libpq would misread is refused without its secret."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from tierguard.errors import SettingMismatch
from tierguard.text import conninfo
from tierguard.text.conninfo import Conninfo, parse

WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
HOST = st.from_regex(r"[a-z][a-z0-9-]{0,8}(\.[a-z]{2,5})?", fullmatch=True)
PORT = st.integers(1, 65535).map(str)
OPTION = st.tuples(
    st.sampled_from(["sslmode", "application_name", "options", "host", "dbname", "password", "user", "hostaddr"]), WORD
)


def escape(text):
    return quote(text, safe="")


def libpq(url):
    """Return libpq's own reading; an empty value is none."""
    return {key: str(value) for key, value in conninfo_to_dict(url).items() if value not in {None, ""}}


def ours(url):
    known = parse(url).effective()
    return {key: value for key, value in known.items() if value}


@st.composite
def urls(draw):
    user, password, dbname = draw(WORD), draw(WORD), draw(WORD)
    hosts = draw(st.lists(st.one_of(HOST, st.just("[::1]"), st.just("%2Frun%2Fpg"), st.just("")), max_size=3))
    places = [f"{host}:{draw(PORT)}" if host and draw(st.booleans()) else host for host in hosts]
    userinfo = escape(user) + (f":{escape(password)}" if draw(st.booleans()) else "") + "@" if user else ""
    options = "&".join(f"{key}={escape(value)}" for key, value in draw(st.lists(OPTION, max_size=4)))
    scheme = draw(st.sampled_from(["postgresql", "postgres"]))
    return f"{scheme}://{userinfo}{','.join(places)}/{escape(dbname)}" + (f"?{options}" if options else "")


@given(urls())
def test_a_valid_url_means_to_us_what_it_means_to_libpq(url):
    theirs, mine = libpq(url), ours(url)
    # libpq writes a comma for every further host, also where no port is given at all.
    assert mine.pop("port", "").strip(",") == theirs.pop("port", "").strip(",")
    assert mine == theirs


@given(urls())
def test_a_driver_name_changes_nothing_for_libpq(url):
    driven = url.replace("://", "+psycopg://", 1)
    assert parse(driven).driver == "psycopg"
    assert parse(driven).effective() == parse(url).effective()
    assert conninfo.libpq_url(driven) == url


@given(urls(), WORD.filter(bool))
def test_another_database_of_the_same_server_is_only_another_database(url, name):
    before, after = dict(parse(url).effective()), libpq(conninfo.with_database(url, name))
    assert after.pop("dbname") == name
    before.pop("dbname", None)
    after.pop("port", None), before.pop("port", None)
    assert after == before


@given(
    st.fixed_dictionaries(
        {"host": st.one_of(HOST, st.just("/run/a b")), "dbname": WORD, "user": WORD.filter(bool)},
        optional={"password": WORD, "port": PORT, "sslmode": st.just("require")},
    )
)
def test_a_url_made_of_parts_has_these_parts(parts):
    wanted = {key: value for key, value in parts.items() if value}
    assert libpq(conninfo.build(parts)) == wanted
    assert ours(conninfo.build(parts)) == wanted


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop",
        "mysql://u:Zq7secret@h/d",
        "https://u:Zq7secret@h/d",
        "sqlite:///Zq7secret.db",
        "postgresql:/u:Zq7secret@h/d",
        "postgresql//u:Zq7secret@h/d",
        "u:Zq7secret@h/d",
        "Zq7secret://u:p@h/d",
        "postgresql://u:Zq7secret@h:port/d",
        "postgresql://u:Zq7secret@h:0/d",
        "postgresql://u:Zq7secret@h:70000/d",
        "postgresql://u:Zq7secret@h:54٣2/d",
        "postgresql://u:Zq7/secret@h/d",
        "postgresql://u:Zq7@secret@h/d",
        "postgresql://u:a@Zq7secret:5@h/d",
        "postgresql://u:Zq7 secret@h/d",
        "postgresql://u:Zq7secret@h/d\n",
        "postgresql://u:Zq7secret@h/d?sslmode",
        "postgresql://u:Zq7secret@h/d?=Zq7secret",
        "postgresql://u:Zq7secret@[::1/d",
        "postgresql://u:Zq7secret@[::1]x/d",
        "postgresql://u:Zq7secret%@h/d",
        "postgresql://u:Zq7secret%zz@h/d",
        "postgresql://u:Zq7secret%00@h/d",
        "postgresql://u:Zq7secret\0@h/d",
    ],
)
def test_a_malformed_url_is_named_by_its_variable_and_its_secret_is_not_shown(url):
    with pytest.raises(SettingMismatch) as caught:
        parse(url, name="SHOP_URL")
    assert "SHOP_URL" in caught.value.message
    assert "Zq7" not in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text("postgresql:/@?#&=[]%,. ab12\0\n", max_size=40))
def test_any_text_is_parsed_or_refused_and_nothing_else(text):
    try:
        assert isinstance(parse(f"postgresql://{text}"), Conninfo)
    except SettingMismatch:
        return


@given(st.text("ab:/@?&=[]%,.15", max_size=24))
def test_what_we_accept_libpq_reads_alike_or_not_at_all(text):
    url = f"postgresql://{text}"
    try:
        mine = ours(url)
    except SettingMismatch:
        return
    try:
        theirs = libpq(url)
    except ProgrammingError:
        return  # nothing can connect there
    assert mine.pop("port", "").strip(",") == theirs.pop("port", "").strip(",")
    assert mine == theirs


def test_a_password_may_hold_a_question_mark_as_for_libpq():
    url = "postgresql://u:5?x=y@db/shop"
    assert ours(url) == libpq(url) == {"user": "u", "password": "5?x=y", "host": "db", "dbname": "shop"}


def test_the_endpoint_never_shows_a_secret_and_counts_the_query():
    url = "postgresql://u:Zq7secret@db:5433/shop?password=Zq7other&dbname=real&host=elsewhere"
    assert parse(url).endpoint == "elsewhere:5433/real"
    assert "Zq7" not in repr(parse(url))
    assert parse("postgresql:///shop").endpoint == "localhost:5432/shop"


def test_an_embedded_url_is_one_of_ours():
    known = parse("embedded:///instainstru_test")
    assert (known.scheme, known.dbname, known.host) == ("embedded", "instainstru_test", "")
