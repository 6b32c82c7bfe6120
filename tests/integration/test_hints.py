"""Advice leads there: it names the database that was reached, and what it says to type works on that one."""

import json
import subprocess
import sys

import pytest
from support import clusters
from support.child import environment, needs_no_agent, run, type_at_terminal
from support.pristine import CONFIG, URLS, make_project, tierguard

CONNECT = "import os, psycopg; psycopg.connect(os.environ['U']); print('connected')"


@pytest.fixture
def dev(int_cluster):
    """The URL of a database with data that nobody has marked."""
    yield clusters.make_database(int_cluster, "shop_dev", rows=3)
    clusters.drop_database(int_cluster, "shop_dev")


@pytest.fixture
def pristine(tmp_path):
    return make_project(tmp_path)


def connect(project, url, **variables):
    return run([sys.executable, "-c", CONNECT], cwd=project, env=environment(U=url, **variables))


def type_in(project, name, *words):
    answers = [(f"Type {name}", f"{name}\r")]
    return type_at_terminal(["tierguard", *words], cwd=project, env=environment(), answers=answers)


def test_stamp_int_is_no_advice_for_a_database_that_ints_url_does_not_lead_to(tmp_path, int_cluster, dev):
    said = connect(clusters.project(tmp_path, int_url=int_cluster.url("elsewhere")), dev).stderr
    assert f"shop_dev at 127.0.0.1:{int_cluster.port} holds data" in said
    assert "let INT's URL (TEST_DATABASE_URL) lead to it; then a person types: tierguard stamp int" in said


@needs_no_agent
@pytest.mark.parametrize("name", ["default", "warehouse"])
def test_the_advice_for_what_stgs_url_leads_to_works_as_it_is_said(tmp_path, dev, name):
    project = clusters.project(tmp_path, stg_url=dev if name == "default" else "")
    with (project / "tierguard.toml").open("a") as file:
        file.write('[databases.warehouse]\nint.url = "INT_W"\nstg.url = "STG_W"\nprod.url = "PROD_W"\n')
    with (project / ".env").open("a") as file:
        file.write(f"STG_W={dev}\n" if name == "warehouse" else "")
    said = connect(project, dev).stderr
    command = said.partition("a person types: tierguard ")[2].partition(".")[0]
    assert command == ("stamp stg" if name == "default" else "stamp stg --database warehouse")
    assert type_in(project, "app/stg", *command.split())[1] == 0
    assert "USE_STG_DATABASE=true" in said
    assert connect(project, dev, USE_STG_DATABASE="true").stdout == "connected\n"


@pytest.mark.parametrize(
    ("request_line", "way"), [('request = "APP_ENV"', "APP_ENV=stg."), ("", 'call tierguard.resolve("stg"),')]
)
def test_how_to_ask_for_stg_is_said_where_no_flag_is_configured(tmp_path, int_cluster, dev, request_line, way):
    clusters.stamp(int_cluster, "shop_dev", "stg")
    project = clusters.project(tmp_path, stg_url=dev)
    path = project / "tierguard.toml"
    flags = 'flags = { stg = "USE_STG_DATABASE", prod = "USE_PROD_DATABASE" }'
    path.write_text(path.read_text().replace(flags, f"flags = {{}}\n{request_line}"))
    assert f"Ask for STG if you mean it: {way}" in connect(project, dev).stderr
    if request_line:
        assert connect(project, dev, APP_ENV="stg").stdout == "connected\n"
        words = ["tierguard", "run", "--tier", "stg", sys.executable, "-c", CONNECT]
        assert run(words, cwd=project, env=environment(U=dev)).stdout == "connected\n"


def test_an_example_is_never_copied_over_a_file_that_is_there(pristine):
    (pristine / ".env.example").touch()
    (pristine / ".env").touch()
    assert "cp .env.example" not in tierguard(pristine, "url").stderr


NOT_PROD = {
    "127.0.0.1": "It is on this machine",
    "%2Ftmp": "It is on this machine",
    "db": "db has no domain",
    "db.invalid": "INT's URL leads there too",
}


@pytest.mark.parametrize(("host", "why"), NOT_PROD.items())
def test_adopt_never_says_stamp_prod_where_it_may_be_the_development_database(pristine, host, why):
    url = f"postgresql://shop:Zq7prod@{host}:1/shop_dev"
    variables = URLS | {"DATABASE_URL": url} | ({"TEST_DATABASE_URL": url} if host == "db.invalid" else {})
    said = tierguard(pristine, "adopt", **variables).stdout
    assert "stamp prod" not in said
    assert "so it is probably not PROD." in said.partition(why)[2]


def test_adopt_says_only_if_where_nobody_has_looked(pristine):
    row = json.loads(tierguard(pristine, "adopt", "--json", **URLS).stdout)[2]
    assert (row["state"], row["command"]) == ("not contacted", "")
    assert row["note"].startswith("If real people's data is there, a person types: tierguard stamp prod")


@pytest.mark.parametrize(("extra", "unset"), [("", 3), ('databases.default.url = "DATABASE_URL"', 1)])
def test_adopt_says_that_there_is_no_url_at_all(pristine, extra, unset):
    (pristine / "pyproject.toml").write_text(f"{CONFIG}{extra}\n")
    done = tierguard(pristine, "adopt")
    assert (done.returncode, done.stdout.count("not configured")) == (2, unset)
    assert "no tier has a URL" in done.stderr


@needs_no_agent
@pytest.mark.parametrize("tier", ["int", "prod"])
def test_adopt_is_content_after_a_pin(tmp_path, dev, tier):
    project = clusters.project(tmp_path, **{f"{tier}_url": dev})
    assert type_in(project, f"app/{tier}", "pin", tier)[1] == 0
    rows = json.loads(tierguard(project, "adopt", "--json").stdout)
    (row,) = (row for row in rows if row["tier"] == tier)
    assert (row["state"], row["command"], row["note"]) == ("adopted", "", "")


@pytest.fixture
def visitor(int_cluster, dev):
    """The same database by a role that may not write to it."""
    clusters.make_role(int_cluster, "visitor")
    int_cluster.admin("COMMENT ON DATABASE shop_dev IS 'of the owner'")
    assert "shop_dev" in dev
    return int_cluster.url("shop_dev", user="visitor")


@needs_no_agent
def test_who_may_not_stamp_is_told_to_pin_and_gets_rid_of_the_pin_again(tmp_path, int_cluster, visitor):
    project = clusters.project(tmp_path, int_url=visitor)
    said, code = type_in(project, "app/int", "stamp", "int")
    assert (code, "pin it: tierguard pin int" in said) == (4, True), said
    assert type_in(project, "app/int", "pin", "int")[1] == 0
    assert connect(project, visitor).stdout == "connected\n"
    said, code = type_in(project, "app/int", "remove", "int")
    assert (code, "no longer has a marker" in said) == (0, True), said
    assert "(unmarked)" in connect(project, visitor).stderr
    comment = "SELECT description FROM pg_shdescription JOIN pg_database d ON d.oid = objoid WHERE datname = 'shop_dev'"
    assert int_cluster.admin(comment) == [("of the owner",)]


def test_the_database_postgres_is_explained_at_the_first_connect(pristine, int_cluster):
    ci = {"CI": "true", "DATABASE_URL": int_cluster.url("postgres")}
    done = connect(pristine, ci["DATABASE_URL"], **ci)
    assert done.stdout == "connected\n"
    assert "maintenance-database: postgres at 127.0.0.1:" in done.stderr
    assert "POSTGRES_DB" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    again = connect(pristine, ci["DATABASE_URL"])  # INT's URL leads elsewhere: somebody who creates a database
    assert (again.stdout, again.stderr) == ("connected\n", "")


@needs_no_agent
def test_advice_of_a_refused_prod_names_no_variable_to_set(pristine):
    line = tierguard(pristine, "url", USE_PROD_DATABASE="true", **URLS).stderr
    assert "docs/rules/R7.md" in line
    assert "production mode" not in line
    assert "SHOP_PRODUCTION_MODE" not in line


def test_explain_names_its_database(pristine):
    said = tierguard(pristine, "explain", **URLS).stdout
    assert said.splitlines()[1].split() == ["127.0.0.1:1/shop_test,", "from", "TEST_DATABASE_URL"]
    told = json.loads(tierguard(pristine, "explain", "--tier", "stg", "--json", **URLS).stdout)
    assert (told["database"], told["endpoint"], told["source"]) == (
        "default",
        "127.0.0.1:1/shop_stg",
        "STG_DATABASE_URL",
    )
    unset = tierguard(pristine, "explain")
    assert (unset.returncode, "TEST_DATABASE_URL not set" in unset.stdout) == (0, True)
    assert "Zq7" not in said


def test_doctor_looks_at_every_database(pristine):
    (pristine / "pyproject.toml").write_text(
        f"{CONFIG}[tool.tierguard.databases.warehouse]\n"
        'int.url = "W_INT"\nstg.url = "W_STG"\nprod.url = "W_PROD"\n'
        '[tool.tierguard.databases.replica]\nsame_as = "warehouse"\n'
        "[tool.tierguard.databases.airflow]\nexternal = true\n"
    )
    warehouse = {"W_INT": "postgresql://w:Zq7w@127.0.0.1:1/w_test"}
    done = tierguard(pristine, "doctor", **URLS, **warehouse)
    assert "INT of warehouse: INT at 127.0.0.1:1/w_test cannot be used" in done.stdout
    assert "STG of warehouse: W_STG is not set." in done.stdout
    assert "replica" not in done.stdout
    assert "airflow" not in done.stdout


def test_doctor_finds_a_log_that_git_does_not_ignore(pristine):
    subprocess.run(["git", "init", "-q"], cwd=pristine, check=True)
    assert "audit-unignored" in tierguard(pristine, "doctor", **URLS).stdout
    (pristine / ".gitignore").write_text("logs/\n")
    assert "audit-unignored" not in tierguard(pristine, "doctor", **URLS).stdout


LOADED = "import dotenv; dotenv.load_dotenv('.env'); import tierguard; target = tierguard.resolve(); print(target.rule)"


@pytest.mark.parametrize(
    ("variables", "words", "rule"),
    [
        ({}, [], "R9"),
        ({}, ["-S"], "R9"),  # without the start-up file
        ({"CI": "true", "DATABASE_URL": URLS["DATABASE_URL"]}, [], "R4"),
    ],
)
def test_ci_that_a_program_loads_from_a_file_is_no_ci(pristine, variables, words, rule):
    (pristine / ".env").write_text("CI=true\n" + "".join(f"{name}={url}\n" for name, url in URLS.items()))
    before = f"import sys; sys.path[:0] = {sys.path!r}; " if words else ""
    done = run([sys.executable, *words, "-c", before + LOADED], cwd=pristine, env=environment(**variables))
    assert done.stdout == f"{rule}\n", done.stderr
