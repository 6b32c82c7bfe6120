from __future__ import annotations

import math
import threading
from functools import cache

import pytest
from sqlalchemy import event, select, text

from app.models import DIMENSIONS, Service
from app.services import embedding
from app.services.seeding import seed

from .conftest import TODAY


@pytest.fixture
def catalogue(connection, seeds):
    """Give a connection to a catalogue without any embedding."""
    seed(connection, seeds, reference_only=True, today=TODAY)
    return connection


def nearest(connection, query, limit=3):
    distance = Service.embedding.cosine_distance(embedding.embed_text(query))
    return connection.execute(select(Service.slug).order_by(distance).limit(limit)).scalars().all()


def test_learning_to_play_keyboard_leads_to_the_piano(prepared):
    assert "piano" in nearest(prepared, "learn to play keyboard")


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("chess for children", "kids-chess"),
        ("piano teacher for beginners", "piano"),
        ("speak Spanish for travel", "spanish"),
        ("learn to bake sourdough", "sourdough-baking"),
        ("yoga for back pain", "yoga"),
    ],
)
def test_plain_words_find_what_they_mean_first(prepared, query, slug):
    assert nearest(prepared, query, 1) == [slug]


def test_every_service_is_embedded_once(catalogue, seeds):
    assert embedding.embed_missing(catalogue) == len(seeds.services)
    assert embedding.embed_missing(catalogue) == 0
    whole = select(Service).where(
        Service.embedding.is_not(None),
        Service.embedding_model == embedding.MODEL,
        Service.embedding_text_hash.is_not(None),
        Service.embedded_at.is_not(None),
    )
    assert len(catalogue.execute(whole).all()) == len(seeds.services)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE service_catalog SET description = 'new' WHERE slug = 'piano'",
        "UPDATE service_catalog SET search_terms = '{new}' WHERE slug = 'piano'",
        "UPDATE service_catalog SET embedding_model = 'older' WHERE slug = 'piano'",
        "UPDATE service_catalog SET embedding_text_hash = NULL WHERE slug = 'piano'",
        "UPDATE service_categories SET name = 'new' WHERE slug = 'kids'",
    ],
)
def test_only_what_changed_is_embedded_again(catalogue, seeds, change):
    embedding.embed_missing(catalogue)
    catalogue.execute(text(change))
    expected = sum(service.category == "kids" for service in seeds.services) if "categories" in change else 1
    assert embedding.embed_missing(catalogue) == expected
    assert embedding.embed_missing(catalogue) == 0


def test_a_stored_vector_is_the_vector_of_its_own_text(catalogue, seeds):
    embedding.embed_missing(catalogue)
    piano = next(service for service in seeds.services if service.slug == "piano")
    category = next(one.name for one in seeds.categories if one.slug == piano.category)
    said = embedding.compose(piano.name, category, piano.description, piano.search_terms)
    distance = Service.embedding.cosine_distance(embedding.embed_text(said))
    assert catalogue.execute(select(distance).where(Service.slug == "piano")).scalar_one() == pytest.approx(0, abs=1e-6)


def test_a_batch_is_one_statement_and_progress_counts_services(catalogue, seeds, monkeypatch):
    monkeypatch.setattr(embedding, "BATCH", 100)
    seen, counted = [], []
    event.listen(catalogue.engine, "before_cursor_execute", count := lambda *call: counted.append(call[2]))
    embedding.embed_missing(catalogue, progress=lambda done, total: seen.append((done, total)))
    event.remove(catalogue.engine, "before_cursor_execute", count)
    total = len(seeds.services)
    assert seen == [(100, total), (200, total), (total, total)]
    assert len(counted) == 1 + 3


def test_a_query_has_the_length_of_the_column_and_unit_size():
    vector = embedding.embed_text("learn to play keyboard")
    assert len(vector) == DIMENSIONS
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-5)
    assert all(isinstance(part, float) for part in vector)


@pytest.mark.parametrize("query", ["", "  \n\t"])
def test_an_empty_query_is_an_error_and_not_a_direction(query):
    with pytest.raises(ValueError, match="empty query"):
        embedding.embed_text(query)


@pytest.mark.parametrize("query", ["\x00", "🦄", "...", "long " * 5000, "'; DROP TABLE users; --"])
def test_odd_queries_have_a_direction_too(query):
    assert math.hypot(*embedding.embed_text(query)) == pytest.approx(1, abs=1e-5)


def test_two_threads_load_the_model_once(monkeypatch):
    loaded = []
    original = embedding._load.__wrapped__
    monkeypatch.setattr(embedding, "_load", cache(lambda: loaded.append(1) or original()))
    threads = [threading.Thread(target=embedding.embed_text, args=("piano",)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loaded == [1]
