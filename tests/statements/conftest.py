"""Two servers of different versions, each with the small database that the statements are run in."""

import pytest
from support.laboratory import open_laboratory


@pytest.fixture(scope="module")
def newer(int_cluster):
    with open_laboratory(int_cluster) as laboratory:
        yield laboratory


@pytest.fixture(scope="module")
def older(prod_cluster):
    with open_laboratory(prod_cluster) as laboratory:
        yield laboratory


@pytest.fixture(params=["newer", "older"])
def laboratory(request):
    return request.getfixturevalue(request.param)
