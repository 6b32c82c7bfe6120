from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from support.api import client_of, copy_of

from app.db import engine
from app.services.search import search

pytestmark = pytest.mark.xdist_group("api")


@pytest.fixture(scope="module")
def url(server, seeded):
    with copy_of(server, seeded) as copied:
        yield copied


@pytest.fixture(scope="module")
def api(url):
    return client_of(url)


def find(api, query, **options):
    answer = api.get("/api/search", params={"q": query, **options})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_learning_to_play_keyboard_finds_a_piano_service_in_the_first_three(api):
    assert any("piano" in one["slug"] for one in find(api, "learn to play keyboard")[:3])


@pytest.mark.parametrize(
    ("query", "category"),
    [
        ("help my kid with algebra", "tutoring"),
        ("speak Spanish for travel", "language"),
        ("tennis coach", "sports-fitness"),
    ],
)
def test_a_wish_in_plain_words_finds_its_category_first(api, query, category):
    assert find(api, query)[0]["category"] == category


@pytest.mark.parametrize("query", ["Piano", "  piano ", "PIANO"])
def test_the_exact_name_comes_first_with_score_one_and_once(api, query):
    results = find(api, query)
    assert (results[0]["slug"], results[0]["score"]) == ("piano", 1.0)
    assert [one["slug"] for one in results].count("piano") == 1
    assert len(results) == 10


def test_scores_fall_from_the_best_match(api):
    scores = [one["score"] for one in find(api, "drum lessons", limit=20)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.3


def test_fifty_results_come_through_the_index_too(url):
    with engine(url).connect() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        connection.execute(text("SET LOCAL enable_sort = off"))
        with Session(connection) as session:
            assert len(search(session, "teach me something", 50)) == 50


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=",
        "q=%20%20",
        "q=%00",
        "q=a%00b",
        f"q={'x' * 201}",
        "q=piano&limit=0",
        "q=piano&limit=51",
        "q=piano&limit=x",
    ],
)
def test_a_query_that_cannot_be_asked_is_422(api, query):
    assert api.get(f"/api/search?{query}").status_code == 422


def test_every_search_is_recorded_with_the_service_that_it_named(api, url):
    find(api, "Jazz Piano")
    find(api, "something nobody ever asked for 4711")
    with engine(url).connect() as connection:
        rows = connection.execute(
            text("""
                SELECT e.search_query, e.results_count, s.slug FROM search_events e
                LEFT JOIN service_catalog s ON s.id = e.service_catalog_id
                WHERE e.seed_key IS NULL ORDER BY e.id DESC LIMIT 2
            """)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("something nobody ever asked for 4711", 10, None),
        ("Jazz Piano", 10, "jazz-piano"),
    ]


def test_a_service_without_an_embedding_is_found_by_its_name_alone(server, seeded):
    with copy_of(server, seeded) as url:
        with engine(url).begin() as connection:
            connection.execute(text("UPDATE service_catalog SET embedding = NULL"))
        api = client_of(url)
        assert [one["slug"] for one in find(api, "piano")] == ["piano"]
        assert find(api, "learn to play keyboard") == []


def test_an_inactive_service_is_not_found(server, seeded):
    with copy_of(server, seeded) as url:
        with engine(url).begin() as connection:
            connection.execute(text("UPDATE service_catalog SET is_active = false WHERE slug = 'piano'"))
        api = client_of(url)
        assert "piano" not in [one["slug"] for one in find(api, "piano")]
        assert api.get("/api/services/piano").status_code == 404
