from __future__ import annotations

import pytest
from support.api import client_of, copy_of

pytestmark = pytest.mark.xdist_group("api")


@pytest.fixture(scope="module")
def url(server, seeded):
    with copy_of(server, seeded) as copied:
        yield copied


@pytest.fixture(scope="module")
def api(url):
    return client_of(url)


def test_the_page_shows_the_catalogue_and_the_tier_that_the_database_claims(api):
    page = api.get("/")
    assert page.headers["x-database-tier"] == "int"
    assert int(page.headers["content-length"]) == len(page.content)
    assert "Music" in page.text
    assert page.text.count(">[INT]</div></body>") == 1


def test_every_answer_names_the_tier_but_only_pages_have_the_ribbon(api):
    for path in ("/api/categories", "/api/services/nothing", "/nothing"):
        answer = api.get(path)
        assert answer.headers["x-database-tier"] == "int"
        assert "[INT]" not in answer.text


def test_what_was_typed_is_shown_as_text(api):
    page = api.get("/", params={"q": '"><script>alert(1)</script>'})
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert "alert(1)" in page.text


def test_asking_for_the_head_alone_gives_no_body(api):
    answer = api.head("/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["x-database-tier"] == "int"
