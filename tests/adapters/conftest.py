"""The server on which the conformance kit tries the adapters."""

import pytest

from tierguard.process.installation import install
from tierguard.testing.arena import Arena


@pytest.fixture(scope="session")
def conformance_server(int_cluster):
    return int_cluster.url()


@pytest.fixture
def arena(conformance_server, tmp_path):
    """Databases of all kinds, and this process on INT of a project of their own."""
    with Arena(conformance_server, tmp_path, install()) as arena:
        yield arena
