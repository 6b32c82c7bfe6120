"""The backend as a process of its own, as a person starts it."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess

import httpx
from support.child import environment, place
from support.patience import patience, wait_until


@contextlib.contextmanager
def backend(log, **extra):
    """Start ./run_backend.py, give its address once it serves, and stop it as Ctrl-C does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        log.open("w") as output,
        subprocess.Popen(
            ["./run_backend.py", "--port", str(port)],
            **place(None, environment(**extra)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # no terminal of ours either
        ) as process,
    ):
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address, {200, 503}, process)
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(patience())
            finally:
                process.kill()


def get(address, path=""):
    """Return the answer of the backend at ``address``."""
    return httpx.get(f"{address}{path}", timeout=patience())


def wait_for(address, codes, process=None):
    """Return the first answer of health that has one of the codes."""

    def look():
        assert process is None or process.poll() is None
        with contextlib.suppress(httpx.TransportError):
            answer = get(address, "/health")
            return answer if answer.status_code in codes else None

    return wait_until(look, f"health was never {codes}")
