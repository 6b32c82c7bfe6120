from __future__ import annotations

import asyncio
import gzip
import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.patience import patience

from tierguard.adapters.fastapi import Claim, Inquiry, TierMiddleware, read_claim
from tierguard.model import Tier
from tierguard.web.ribbon import Page, render

PAGE = b"<!doctype html><html><body><p>Hello</p></body></html>"
HTML = (b"content-type", b"text/html; charset=utf-8")


def claim(tier):
    return lambda: Claim(tier)


def fail():
    raise OSError("the database is down")


def application(*pieces, status=200, headers=(HTML,), kind="http.response.body"):
    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for number, piece in enumerate(pieces, 1):
            await send({"type": kind, "body": piece, "more_body": number < len(pieces)})

    return app


async def get(middleware, method="GET"):
    messages = []

    async def send(message):
        messages.append(message)

    await middleware({"type": "http", "method": method}, None, send)
    return messages


def ask(app, probe=None, method="GET", **options):
    """Return status, headers and body, and how many messages they came in."""
    middleware = TierMiddleware(app, probe or claim(Tier.STG), **({"patience": patience()} | options))
    messages = asyncio.run(get(middleware, method))
    start, *rest = messages
    assert start["type"] == "http.response.start"
    headers = dict(start["headers"])
    assert len(headers) == len(start["headers"])
    return headers, b"".join(message.get("body", b"") for message in rest), len(rest)


@pytest.mark.parametrize("tier", Tier)
def test_the_header_names_the_claimed_tier(tier):
    assert ask(application(b"{}"), claim(tier))[0][b"x-database-tier"] == tier.value.encode()


@pytest.mark.parametrize("probe", [fail, claim(None)])
def test_the_header_is_unknown_and_the_page_plain_without_a_claim(probe):
    headers, body, _ = ask(application(PAGE), probe)
    assert (headers[b"x-database-tier"], body) == (b"unknown", PAGE)


def test_the_application_cannot_claim_a_tier_itself():
    headers, _, _ = ask(application(b"", headers=[(b"X-Database-Tier", b"int")]))
    assert headers == {b"x-database-tier": b"stg"}


def test_a_page_gets_the_word_and_the_colour_and_its_right_length():
    headers, body, _ = ask(
        application(PAGE, headers=[HTML, (b"content-length", str(len(PAGE)).encode()), (b"etag", b"x")])
    )
    assert body == PAGE.replace(b"</body>", render(Tier.STG) + b"</body>")
    assert b"[STG]" in body
    assert headers[b"content-length"] == str(len(body)).encode()
    assert b"etag" not in headers


def test_each_tier_has_its_own_colour():
    assert len({render(tier).split(b"background:")[1][:7] for tier in Tier}) == len(Tier)


def test_customers_see_no_ribbon_on_prod_unless_it_is_wanted():
    assert ask(application(PAGE), claim(Tier.PROD))[1] == PAGE
    assert b"[PROD]" in ask(application(PAGE), claim(Tier.PROD), ribbon=Tier)[1]


@given(cuts=st.lists(st.integers(0, len(PAGE)), max_size=6), tail=st.sampled_from([b"", b"\n", b"<!-- end -->\n"]))
def test_a_page_in_pieces_gets_one_ribbon_wherever_it_is_cut(cuts, tail):
    page = PAGE + tail
    edges = [0, *sorted(cuts), len(page)]
    pieces = [page[start:end] for start, end in pairwise(edges)]
    passing = Page(Tier.INT)
    sent = b"".join(passing.pass_on(piece, last=number == len(pieces)) for number, piece in enumerate(pieces, 1))
    assert sent == page.replace(b"</body>", render(Tier.INT) + b"</body>")


@given(pieces=st.lists(st.binary(max_size=2000) | st.just(b"</body>") | st.just(b"</BODY >"), max_size=8))
def test_nothing_of_a_stream_is_lost_or_held_back_for_long(pieces):
    passing, sent, given_out = Page(Tier.STG), b"", 0
    for number, piece in enumerate(pieces, 1):
        sent += passing.pass_on(piece, last=number == len(pieces))
        given_out += len(piece)
        assert len(sent) >= given_out - 1024
    assert sent.count(render(Tier.STG)) <= 1
    assert sent.replace(render(Tier.STG), b"") == b"".join(pieces)


def test_a_stream_flows_and_drops_the_length_that_no_longer_holds():
    filler = b"<p>" + b"x" * 5000
    headers, body, messages = ask(
        application(PAGE[:27], filler, PAGE[27:], headers=[HTML, (b"content-length", b"5080")])
    )
    assert b"content-length" not in headers
    assert body.count(b"[STG]</div></body>") == 1
    assert messages == 3


def test_the_end_of_a_body_inside_an_earlier_script_is_left_alone():
    page = b'<body><script>let x = "</body>"</script></body></html>'
    assert ask(application(page))[1] == page[:-14] + render(Tier.STG) + page[-14:]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"<li>fragment</li>", [HTML], 200),
        (PAGE, [(b"content-type", b"text/plain")], 200),
        (PAGE, [], 200),
        (gzip.compress(PAGE, mtime=0), [HTML, (b"content-encoding", b"gzip")], 200),
        (PAGE.decode().encode("utf-16"), [(b"content-type", b"text/html; charset=utf-16")], 200),
        (PAGE, [HTML, (b"content-range", b"bytes 0-9/100")], 206),
    ],
)
def test_what_is_no_whole_plain_page_is_left_as_it_is(body, headers, status):
    length = (b"content-length", str(len(body)).encode())
    shown, sent, _ = ask(application(body, status=status, headers=[*headers, length]))
    assert (sent, shown[b"x-database-tier"], shown[b"content-length"]) == (body, b"stg", length[1])


def test_not_modified_stays_without_a_body():
    headers, body, _ = ask(application(b"", status=304))
    assert (body, b"content-length" in headers) == (b"", False)


def test_the_head_of_a_page_promises_no_length_that_the_page_has_not():
    headers, body, _ = ask(application(b"", headers=[HTML, (b"content-length", b"53")]), method="HEAD")
    assert (b"content-length" in headers, body) == (False, b"")


def test_a_file_that_the_server_sends_itself_passes_with_its_header():
    headers, _, messages = ask(application(b"", kind="http.response.pathsend"))
    assert (headers[b"x-database-tier"], messages) == (b"stg", 1)


def test_other_protocols_pass_untouched():
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, receive, send))

    asyncio.run(TierMiddleware(app, fail)({"type": "lifespan"}, 1, 2))
    assert seen == [({"type": "lifespan"}, 1, 2)]


def test_the_database_is_asked_once_for_many_and_again_after_a_while():
    calls = []

    def probe():
        calls.append(1)
        return Claim(Tier.INT)

    async def several():
        middleware = TierMiddleware(application(b""), probe, max_age=3600, patience=patience())
        await asyncio.gather(*(get(middleware) for _ in range(20)))
        await get(middleware)
        first = len(calls)
        middleware._inquiry._asked -= 3600  # as if it was asked an hour ago
        await get(middleware)
        return first

    assert (asyncio.run(several()), len(calls)) == (1, 2)


def test_an_answer_that_is_older_than_the_patience_still_counts():
    async def late():
        middleware = TierMiddleware(application(b""), claim(Tier.INT), patience=patience(), max_age=3600)
        await get(middleware)
        middleware._inquiry._asked -= patience()
        return dict((await get(middleware))[0]["headers"])[b"x-database-tier"]

    assert asyncio.run(late()) == b"int"


def test_a_database_that_does_not_answer_delays_nobody_twice():
    release = threading.Event()

    async def several():
        middleware = TierMiddleware(application(b""), lambda: release.wait() and Claim(Tier.INT), patience=0.2)
        first = await get(middleware)
        return first, middleware._inquiry._current()[1], await get(middleware)

    first, left, second = asyncio.run(several())
    release.set()
    assert [dict(one[0]["headers"])[b"x-database-tier"] for one in (first, second)] == [b"unknown"] * 2
    assert left == 0  # whoever comes later waits for what is left of the first one's patience


def test_a_question_that_is_lost_is_asked_anew():
    release, calls = threading.Event(), []

    def question():
        calls.append(1)
        if len(calls) == 1:
            release.wait()
        return len(calls)

    async def twice():
        inquiry = Inquiry(question, max_age=0, patience=0.1, forget=60)
        with pytest.raises(TimeoutError):
            await inquiry.get()
        inquiry._asked -= 60  # as if it was asked a minute ago
        inquiry._patience = patience()
        return await inquiry.get()

    assert asyncio.run(twice()) == 2
    release.set()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, Claim(None)),
        ("not JSON", Claim(None)),
    ],
)
def test_a_database_that_says_nothing_readable_claims_nothing(answer, expected):
    assert read_claim(lambda _: answer) == expected


@pytest.mark.parametrize(
    ("probe", "why"),
    [
        (fail, "OSError: the database is down"),
        (lambda: Claim(None, proof="unmarked"), "unmarked"),
        (threading.Event().wait, "no answer within 0.01 s"),
        (lambda: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_why_a_page_shows_no_tier_is_said_once_and_not_for_ever(probe, why, capsys):
    async def several():
        middleware = TierMiddleware(application(b""), probe, max_age=0, patience=0.01)
        return [await get(middleware) for _ in range(3)]

    headers = [dict(start["headers"]) for start, *_ in asyncio.run(several())]
    assert headers == [{HTML[0]: HTML[1], b"x-database-tier": b"unknown"}] * 3
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert why in said
    assert "X-Database-Tier: unknown" in said


def test_a_probe_that_works_says_nothing(capsys):
    ask(application(PAGE), claim(Tier.INT))
    assert capsys.readouterr().err == ""
