"""A source that nobody can be asked for is skipped; one that is not what it was said to be fails."""

from subprocess import CompletedProcess

import pytest
from foreign import sources


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: Could not find a version that satisfies the requirement pg8000==1.31.6 (from versions: none)",
        "fatal: unable to access 'https://example.org/x/': Could not resolve host: example.org",
    ],
)
def test_what_cannot_be_reached_is_skipped_and_named(said):
    with pytest.raises(pytest.skip.Exception, match="pg8000 cannot be reached from here: "):
        sources.check(CompletedProcess([], 1, "", said), "pg8000")


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
        "ERROR: Could not find a version that satisfies the requirement pg8000==9 (from versions: 1.31.5, 1.31.6)",
        "fatal: couldn't find remote ref refs/tags/v9",
    ],
)
def test_what_is_not_as_it_was_said_to_be_fails(said):
    with pytest.raises(AssertionError, match=said[:20]):
        sources.check(CompletedProcess([], 1, "", said), "pg8000")


def test_what_was_done_goes_on():
    sources.check(CompletedProcess([], 0, "", "connection broken by a proxy; retried"), "pg8000")
