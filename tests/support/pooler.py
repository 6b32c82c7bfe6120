"""Poolers in transaction mode: a small one of ours that is always there, and PgBouncer where it is installed.

Ours speaks the protocol as far as a pooler has to (PostgreSQL manual, chapter 54): a client keeps its line, and the
server's connection behind it is taken for each transaction anew.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
from pathlib import Path

from support.patience import patience, wait_until

_ENDS = frozenset(b"QS")  # Query and Sync: the server answers each with ReadyForQuery


class Lines:
    """Cuts what comes out of a socket into messages, kept whole with their heads."""

    def __init__(self, line):
        self.line, self._rest = line, b""

    def read(self):
        """Return the whole messages that came; None where the line ended."""
        data = self.line.recv(65536)
        if not data:
            return None
        self._rest += data
        found = []
        while len(self._rest) >= 5 and len(self._rest) > (size := struct.unpack_from("!i", self._rest, 1)[0]):
            found.append(self._rest[: size + 1])
            self._rest = self._rest[size + 1 :]
        return found

    def until_ready(self):
        """Return the messages up to ReadyForQuery, of a server that was just logged in to."""
        found = []
        while not found or found[-1][:1] != b"Z":
            found += self.read() or _gone()
        return found


def _gone():
    raise ConnectionError("the server hung up")


def _startup(line):
    """Return the parameters of a client's startup message, after any request for encryption was denied."""
    while True:
        head = line.recv(8, socket.MSG_WAITALL)
        if len(head) < 8:
            _gone()
        size, code = struct.unpack("!ii", head)
        if code == 196608:
            words = line.recv(size - 8, socket.MSG_WAITALL).split(b"\0")
            return dict(zip(words[::2], words[1::2], strict=False))
        line.sendall(b"N")


class Multiplexer:
    """Our own. Its clients log in as any user, without a password; the server is asked for that user, or for one."""

    def __init__(self, cluster, dbname, user=""):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lock, self._idle, self._lines = threading.Lock(), [], []
        self.lead(cluster, dbname, user)
        threading.Thread(target=self._accept, daemon=True).start()

    def lead(self, cluster, dbname, user=""):
        """Lead to this database from the next transaction on."""
        with self._lock:
            self._drop()
            self._goal = cluster.port, dbname, user

    def close(self):
        """Hang up on everybody."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        with self._lock:
            for line in [self._listener, *self._lines]:
                line.close()
            self._drop()
            self._goal = ()

    def _drop(self):
        for _, server in self._idle:
            server.line.close()
        self._idle = []

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                line = self._listener.accept()[0]
                self._lines.append(line)
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line):
        with contextlib.suppress(OSError, ConnectionError), line:
            user = _startup(line)[b"user"]
            server, greeting = self._take(user)
            self._give_back(server)
            told = [message for message in greeting if message[:1] != b"K"]
            line.sendall(b"".join([*told[:-1], b"K" + struct.pack("!iii", 12, 1, 1), told[-1]]))
            with contextlib.ExitStack() as held:
                self._pass(line, user, held)

    def _pass(self, line, user, held):
        client, server, waiting = Lines(line), None, 0
        while True:
            ready = select.select([line, server.line] if server else [line], [], [])[0]
            if line in ready:
                for message in client.read() or _gone():
                    if message[:1] == b"X":
                        return
                    if server is None:
                        server = self._take(user)[0]
                        held.callback(server.line.close)
                    waiting += message[0] in _ENDS
                    server.line.sendall(message)
            elif server:
                for message in server.read() or _gone():
                    line.sendall(message)
                    waiting -= message[:1] == b"Z"
                    if message == b"Z\0\0\0\5I" and not waiting:
                        held.pop_all()
                        self._give_back(server)
                        server = None

    def _take(self, user):
        with self._lock:
            goal = (*self._goal[:2], self._goal[2].encode() or user)
            found = next((one for one in self._idle if one[0] == goal), None)
            if found:
                self._idle.remove(found)
                return found[1], found[1].greeting
        line = socket.create_connection(("127.0.0.1", goal[0]))
        words = b"user\0" + goal[2] + b"\0database\0" + goal[1].encode() + b"\0client_encoding\0UTF8\0\0"
        line.sendall(struct.pack("!ii", len(words) + 8, 196608) + words)
        server = Lines(line)
        server.goal = goal
        try:
            server.greeting = server.until_ready()
        except ConnectionError:
            line.close()
            raise
        return server, server.greeting

    def _give_back(self, server):
        with self._lock:
            if server.goal[:2] == self._goal[:2]:
                self._idle.append((server.goal, server))
            else:
                server.line.close()


class PgBouncer:
    """The real one, as far as this machine has it."""

    def __init__(self, cluster, dbname, user=""):
        self._folder = Path(tempfile.mkdtemp(prefix="pgb-"))
        self._folder.chmod(0o755)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._process = None
        self.lead(cluster, dbname, user)
        log = self._folder / "log"
        with log.open("w") as output:
            command = ["pgbouncer", str(self._folder / "ini")]
            self._process = subprocess.Popen(command, stdout=output, stderr=output, **_nobody())
        self._wait_for(lambda: "process up" in log.read_text())

    def lead(self, cluster, dbname, user=""):
        """Lead to this database from the next transaction on."""
        forced = f" user={user}" if user else ""
        (self._folder / "users").write_text('"postgres" ""\n"app" ""\n"int_only" ""\n')
        (self._folder / "ini").write_text(
            f"[databases]\nshop = host=127.0.0.1 port={cluster.port} dbname={dbname}{forced}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {self._folder}/users\npool_mode = transaction\n"
            "ignore_startup_parameters = extra_float_digits\nserver_login_retry = 1\nquery_wait_timeout = 3\n"
        )
        if self._process:
            log = self._folder / "log"
            told = log.read_text().count("re-reading config")
            self._process.send_signal(signal.SIGHUP)
            self._wait_for(lambda: log.read_text().count("re-reading config") > told and "changed" in log.read_text())

    def close(self):
        """Stop it."""
        self._process.terminate()
        self._process.wait(patience())
        shutil.rmtree(self._folder)

    def _wait_for(self, condition):
        log = self._folder / "log"

        def is_so():
            assert self._process is None or self._process.poll() is None, log.read_text()
            return condition()

        wait_until(is_so, log.read_text)


def _nobody():
    """Return what makes a child run as another user: PgBouncer refuses to be root."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
