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


def test_categories_are_all_there_and_counted(api):
    categories = api.get("/api/categories").json()
    assert len(categories) == 7
    assert sum(one["services"] for one in categories) == api.get("/api/services").json()["total"]
    assert all(one["services"] for one in categories)


def test_pages_of_services_follow_each_other_without_a_gap(api):
    first = api.get("/api/services", params={"limit": 100}).json()
    second = api.get("/api/services", params={"limit": 100, "offset": 100}).json()
    third = api.get("/api/services", params={"limit": 100, "offset": 200}).json()
    slugs = [one["slug"] for page in (first, second, third) for one in page["items"]]
    assert len(slugs) == len(set(slugs)) == first["total"] >= 200


def test_services_of_one_category_are_only_those(api):
    page = api.get("/api/services", params={"category": "music", "limit": 100}).json()
    assert {one["category"] for one in page["items"]} == {"music"}
    assert page["total"] == len(page["items"]) < 100


def test_a_service_shows_its_offerings_cheapest_first_and_its_figures(api):
    service = api.get("/api/services/piano").json()
    rates = [float(one["hourly_rate"]) for one in service["offerings"]]
    assert rates
    assert rates == sorted(rates)
    assert service["service"]["name"] == "Piano"
    assert service["demand_score"] > 0
    assert "piano" not in service["related"]


@pytest.mark.parametrize("path", ["/api/services/nothing", "/api/services?category=nothing"])
def test_what_is_not_there_is_404(api, path):
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/api/services?limit=0",
        "/api/services?limit=101",
        "/api/services?offset=-1",
        "/api/services?category=%00",
        "/api/services/%00",
        "/api/services/Piano'--",
        "/api/bookings/0",
        f"/api/bookings/{2**63}",
    ],
)
def test_a_malformed_request_is_422(api, path):
    assert api.get(path).status_code == 422


def test_an_unprepared_database_is_503_with_what_to_do(empty):
    answer = client_of(empty).get("/api/categories")
    assert answer.status_code == 503
    assert "prep_db.py" in answer.json()["detail"]
