"""The broker: usable by Celery and redis-py, closed to others, and as hard to lose as the database."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import redis
from kombu import Connection
from support.patience import patience, wait_until

from tierguard import embedded
from tierguard.embedded import holders, valkey
from tierguard.embedded.supervisor import held
from tierguard.errors import ServerMissing

CODE = """
import sys
from pathlib import Path
from tierguard.embedded import valkey_url
print(valkey_url(Path(sys.argv[1]), grace=float(sys.argv[2])), flush=True)
"""


@pytest.fixture
def root(tmp_path):
    yield tmp_path
    embedded.down(tmp_path)
    if (descriptor := holders._held.pop(tmp_path, None)) is not None:
        os.close(descriptor)


def client(url):
    return redis.Redis(unix_socket_path=unquote(urlsplit(url).path))


def test_kombu_and_redis_py_talk_to_it_and_a_message_survives_down(root):
    url = embedded.valkey_url(root, grace=1)
    with Connection(url) as connection:
        connection.SimpleQueue("work").put({"n": 7})
    assert embedded.down(root)
    url = embedded.valkey_url(root, grace=1)
    with Connection(url) as connection:
        assert connection.SimpleQueue("work").get(timeout=patience()).payload == {"n": 7}
    with client(url) as server:
        assert server.ping()


def test_it_listens_on_a_private_socket_only(root):
    url = embedded.valkey_url(root, grace=1)
    path = Path(unquote(urlsplit(url).path))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    with client(url) as server:
        assert server.config_get("port") == {"port": "0"}


def test_asking_twice_gives_one_server_and_a_killed_one_is_replaced(root):
    url = embedded.valkey_url(root, grace=1)
    pid = int((root / ".tierguard/valkey.pid").read_text())
    assert embedded.valkey_url(root) == url
    assert int((root / ".tierguard/valkey.pid").read_text()) == pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not held(root / ".tierguard/valkey.lock"))
    with client(embedded.valkey_url(root)) as server:
        assert server.ping()
    assert int((root / ".tierguard/valkey.pid").read_text()) != pid


def test_concurrent_starters_share_it_and_it_stops_after_the_last_one(root):
    command = [sys.executable, "-c", CODE, str(root), "0.5"]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(5)]
    urls = {child.communicate(timeout=patience())[0] for child in children}
    assert len(urls) == 1
    assert {child.returncode for child in children} == {0}
    wait_until(lambda: not held(root / ".tierguard/valkey.lock"))


def test_without_the_wheel_the_error_says_what_to_install(root, monkeypatch):
    monkeypatch.setattr(valkey, "find_valkey", lambda: None)
    with pytest.raises(ServerMissing, match=r"tierguard\[embedded\]"):
        embedded.valkey_url(root, grace=0.2)
