from __future__ import annotations

import json

from sqlalchemy import select, text

from app.models import DIMENSIONS, Service

QUERY = [1.0] + [0.0] * (DIMENSIONS - 1)


def plan(connection, statement):
    compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
    explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {str(compiled).replace('%', '%%')}").scalar_one()
    return json.dumps(explained)


def test_a_nearest_neighbour_query_is_served_by_the_index(prepared):
    prepared.execute(text("SET LOCAL enable_seqscan = off"))
    nearest = select(Service.name).order_by(Service.embedding.cosine_distance(QUERY)).limit(10)
    assert '"Index Name": "ix_service_catalog_embedding"' in plan(prepared, nearest)


def test_ordering_by_similarity_instead_of_distance_is_not(prepared):
    prepared.execute(text("SET LOCAL enable_seqscan = off"))
    nearest = select(Service.name).order_by((1 - Service.embedding.cosine_distance(QUERY)).desc()).limit(10)
    assert "ix_service_catalog_embedding" not in plan(prepared, nearest)


def test_a_search_term_is_served_by_its_index(prepared):
    prepared.execute(text("SET LOCAL enable_seqscan = off"))
    assert "ix_service_catalog_search_terms" in plan(
        prepared, select(Service.id).where(Service.search_terms.contains(["x"]))
    )
