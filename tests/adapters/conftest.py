"""The server on which the conformance kit tries the adapters."""

import pytest


@pytest.fixture(scope="session")
def conformance_server(int_cluster):
    return int_cluster.url()
