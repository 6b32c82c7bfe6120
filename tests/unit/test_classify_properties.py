"""How a text is written never changes what it would do, and no text is too much."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.judged import CASES

from tierguard import Operation, classify
from tierguard.statements.effects import Effects

PLAIN = [
    (sql, gravity)
    for sql, gravity in CASES
    if "'" not in sql and "%" not in sql and "$" not in sql and '"' not in sql and "--" not in sql
]
SPACES = st.sampled_from(
    [" ", "\n", "\t", "\r\n", "\f", " /* DROP TABLE people; */ ", " /* a /* b */ ' */ ", " -- '; SELECT\n"]
)
HEAP = """select from where delete update insert into values drop table truncate with as ( ) , ; ' '' " $$ $a$ \\ /* */
--{} E' U&' B' x people id = 1 %s %(a)s $1 %% :: [ ] . * and or not case when then end create alter set role begin
commit exists in null true union all explain analyze copy to from program execute do call merge using on matched
returning grant prepare close lock notify declare cursor for \u00a0 \ud800 \U0001f600 é"""
WORDS = st.sampled_from([word.replace("{}", "\n") for word in HEAP.split()])
LIMITED = settings(max_examples=100, deadline=None)


@LIMITED
@given(st.sampled_from(PLAIN), st.data())
def test_spaces_comments_and_case_change_nothing(case, data):
    sql, gravity = case
    pieces = re.split(r" +", sql)
    written = pieces[0]
    for piece in pieces[1:]:
        written += data.draw(SPACES) + data.draw(st.sampled_from([piece, piece.upper(), piece.lower()]))
    written = data.draw(SPACES) + written + data.draw(st.sampled_from(["", ";", " ; ;", "\n-- end"]))
    assert classify(written).gravest is gravity
    assert classify(written.encode()) == classify(written)


@LIMITED
@given(st.lists(st.sampled_from([case for case in CASES if "SELEC " not in case[0]]), min_size=1, max_size=4))
def test_of_several_statements_the_gravest_counts(cases):
    text = ";\n".join(sql.partition(" --")[0] if "'" not in sql else sql for sql, _ in cases)
    effects = classify(text)
    single = [classify(sql.partition(" --")[0] if "'" not in sql else sql) for sql, _ in cases]
    assert effects.gravest is Effects(tuple(act for one in single for act in one.acts)).gravest
    assert not effects.problem


@LIMITED
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60).filter(lambda text: "\0" not in text))
@example("'; DROP TABLE people; --")
@example("\\'; DROP TABLE people; --")
@example("$$; DROP TABLE people; --")
def test_what_stands_in_a_string_or_a_name_is_only_text(text):
    quoted, name = text.replace("'", "''"), text.replace('"', '""')
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    tag = "$x$" if "$x" not in text else "$yy$"
    safe = "'" + quoted + "'" if "\\" not in text else "''"
    sql = f'SELECT {safe}, E\'{escaped}\', {tag}{text.replace("$", "")}{tag}, "a{name}" FROM "p{name}"'
    if "%" in text:
        return
    effects = classify(sql)
    assert (effects.gravest, effects.problem) == (Operation.READ, "")
    assert len(effects.acts[0].reads) == 1


@LIMITED
@given(st.lists(WORDS, max_size=40), st.sampled_from(["", " "]))
def test_any_heap_of_words_is_judged(words, between):
    text = between.join(words)
    effects = classify(text)
    assert isinstance(effects, Effects)
    if effects.problem:
        assert effects.gravest not in {Operation.READ, Operation.WRITE}


@LIMITED
@given(st.binary(max_size=80))
def test_any_bytes_are_judged(raw):
    assert isinstance(classify(raw), Effects)


@LIMITED
@given(st.lists(WORDS, max_size=12))
def test_a_destruction_is_seen_whatever_stands_before_it(words):
    text = " ".join(words)
    if re.search(r"['\"$\\]|--|/\*", text):
        return
    assert classify(f"{text} ; DROP TABLE people").gravest in {
        Operation.DESTROY,
        Operation.ADMIN,
        Operation.DROP_DATABASE,
    }
