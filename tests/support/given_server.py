"""The server of another test run, for a run of the conformance kit in an environment of its own."""

import os

import pytest


@pytest.fixture(scope="session")
def conformance_server():
    """Return the URL that whoever started this run gave it."""
    return os.environ["CONFORMANCE_SERVER"]
