import pytest

from tierguard.databases.sessions import Session


@pytest.mark.parametrize(
    ("application", "ours"),
    [
        ("tierguard", True),
        ("tierguard alembic app/stg", True),
        ("tierguardian", False),
        ("instainstru run_backend.py", False),
        ("", False),
    ],
)
def test_a_session_of_our_own_commands_is_told_from_everybody_elses(application, ours):
    assert Session(1, "app", application, "a socket", "").is_ours is ours
