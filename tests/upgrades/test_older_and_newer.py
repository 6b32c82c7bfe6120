"""What other versions of tierguard wrote: the first one's files, kept as it wrote them, and those of a newer one.

``golden/`` was written by the commit that ``COMMIT`` names, on a real server; ``test_both_at_once.py`` runs it.
"""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from support import clusters
from support.child import environment, run

from tierguard.audit import FileSink, verify
from tierguard.audit.record import encode_entry, seal
from tierguard.deciding.identity import Reading, parse_reading
from tierguard.deciding.marker import Marker, NewerMarker, parse_marker
from tierguard.errors import SettingMismatch
from tierguard.evidence.pins import FILE, Pin, find_pinned, read_pins, write_pin
from tierguard.model import Entry, Tier

GOLDEN = Path(__file__).parent / "golden"
CONNECT = "import psycopg, sys; psycopg.connect(sys.argv[1]).execute('SELECT 1'); print('used')"


def golden(name):
    return (GOLDEN / name).read_text()


def write_markers(cluster, dbname, text):
    """Write a marker's text into both comments, as a stamp does."""
    quoted = text.replace("'", "''")
    cluster.admin(
        f"CREATE SCHEMA IF NOT EXISTS tierguard; COMMENT ON SCHEMA tierguard IS '{quoted}';"
        f" COMMENT ON DATABASE {dbname} IS '{quoted}'",
        dbname,
    )


def bound(text, cluster, dbname, **changes):
    """Return a marker's text, bound to a living database."""
    db, oid, sysid = clusters.read_identity(cluster, dbname)
    return json.dumps(json.loads(text) | {"db": db, "oid": oid, "sysid": sysid} | changes)


def attempt(project, url):
    return run(["python", "-c", CONNECT, url], cwd=project, env=environment())


@pytest.fixture
def database(int_cluster):
    clusters.make_database(int_cluster, "versions", rows=1)
    yield int_cluster
    clusters.drop_database(int_cluster, "versions")


@pytest.fixture
def project(tmp_path, database):
    return clusters.project(tmp_path / "shop", database.url("versions"), name="shop")


@pytest.mark.parametrize("tier", Tier)
def test_the_first_versions_marker_says_the_same_today(tier):
    content = json.loads(golden(f"marker-{tier}.json"))
    marker = parse_marker(golden(f"marker-{tier}.json"))
    assert (marker.tier, marker.project) == (tier, "shop")
    assert (marker.db, marker.oid, marker.sysid) == (content["db"], content["oid"], content["sysid"])


@pytest.mark.parametrize("tier", Tier)
def test_todays_marker_has_all_that_the_first_version_reads(tier):
    first = json.loads(golden(f"marker-{tier}.json"))
    today = json.loads(Marker(tier, "shop", "shop", "1", "2", "then", "ada").render(snapshot={"of": "shop"}))
    assert {key: type(today[key]) for key in first} == {key: type(value) for key, value in first.items()}
    assert (today["v"], today["tier"]) == (1, tier.value)


@pytest.mark.parametrize(("tier", "code"), [(Tier.INT, 0), (Tier.STG, 3), (Tier.PROD, 3)])
def test_a_database_that_the_first_version_stamped_is_judged_by_that(project, database, tier, code):
    write_markers(database, "versions", bound(golden(f"marker-{tier}.json"), database, "versions"))
    done = attempt(project, database.url("versions"))
    assert done.returncode == code, done.stderr
    assert ("above-int" in done.stderr) == bool(code)


def test_the_first_versions_pins_are_read_kept_and_written_alike(tmp_path):
    shutil.copy(GOLDEN / FILE, tmp_path)
    before = json.loads(golden(FILE))
    (first,) = read_pins(tmp_path)
    reading = Reading(db=first.db, sysid=first.sysid)
    assert find_pinned([first], reading, "anywhere:1") is Tier.PROD
    write_pin(tmp_path, Pin(Tier.STG, "shop", "1", "other", "ada", "db:5432"))
    after = json.loads((tmp_path / FILE).read_text())
    assert after["v"] == before["v"]
    assert before["pins"][0] in after["pins"]
    assert [list(pin) for pin in after["pins"]] == [list(before["pins"][0])] * 2


def test_the_first_versions_log_is_verified_read_and_continued(tmp_path):
    log = tmp_path / "database_audit.jsonl"
    shutil.copy(GOLDEN / log.name, log)
    records = len(log.read_text().splitlines())
    with FileSink(log) as sink:
        assert sink.append(Entry("connect", tier="int"), durable=False) == records + 1
    (result,) = verify([log], content=True)
    assert (result.records, result.faults, result.notes) == (records + 1, [], [])
    query = ["tierguard", "audit", "--file", str(log), "query", "--tier", "prod", "--decision", "refuse", "--json"]
    (tmp_path / "tierguard.toml").write_text('project = "shop"\n')
    told = run(query, cwd=tmp_path, env=environment()).stdout.splitlines()
    assert [json.loads(line)["rule"] for line in told] == ["above-int", "R7"]


def test_todays_line_has_the_frame_and_the_fields_of_the_first_version():
    frame = re.compile(r'(\{"v":1,"seq":[1-9]\d*,"ts":"[^"\\]*",.*,"prev":"[0-9a-f]{64}"),"hash":"([0-9a-f]{64})"\}')
    first = json.loads(golden("database_audit.jsonl").splitlines()[0])
    line, digest = seal(encode_entry(Entry("connect", tier="int")), 9, datetime.now(UTC), first["hash"])
    body, shown = frame.fullmatch(line.decode().rstrip("\n")).groups()
    assert shown == digest == sha256(body.encode()).hexdigest()
    assert list(json.loads(line)) == list(first)


# A newer version's files: nothing of them is taken for less than PROD, and every message says what to do.


@pytest.mark.parametrize("tier", ["int", "stg", "prod", "qa"])
def test_a_newer_marker_proves_nothing_to_int_and_stg(project, database, tier):
    text = bound(golden("marker-int.json"), database, "versions", v=2, tier=tier, scope={"schema": "*"})
    write_markers(database, "versions", text)
    done = attempt(project, database.url("versions"))
    assert done.returncode == 3
    assert "its marker is of version 2, and this tierguard reads up to 1: upgrade it" in done.stderr


@pytest.mark.parametrize(("tier", "prod"), [("int", False), ("stg", False), ("prod", True), ("qa", True), (None, True)])
def test_a_newer_comment_of_a_neighbour_counts_as_prod_unless_it_says_int_or_stg(tier, prod):
    newer = {"v": 2, "project": "shop", "db": "neighbour", "oid": "77", "sysid": "5", "tier": tier}
    row = {
        "db": "shop_test",
        "oid": "16384",
        "control": {"system_identifier": 5},
        "user": "ada",
        "marker": None,
        "comments": [["neighbour", "77", json.dumps(newer)]],
        "databases": 2,
        "version": 180000,
        "standby": False,
        "empty": True,
    }
    reading = parse_reading(json.dumps(row))
    assert reading.cluster_holds_prod == prod
    assert reading.unproven


def test_what_a_newer_marker_adds_to_version_1_is_passed_over():
    content = json.loads(golden("marker-stg.json")) | {"scope": ["a"], "until": None}
    assert parse_marker(json.dumps(content)) == parse_marker(golden("marker-stg.json"))


def test_a_newer_marker_says_that_tierguard_is_to_be_upgraded():
    with pytest.raises(NewerMarker, match="version 7, and this tierguard reads up to 1: upgrade it"):
        parse_marker('{"v": 7, "tier": "int"}')


def test_a_newer_marker_is_not_stamped_over(project, database):
    text = bound(golden("marker-int.json"), database, "versions", v=2)
    write_markers(database, "versions", text)
    done = run(["tierguard", "stamp", "int"], cwd=project, env=environment())
    assert done.returncode == 3
    assert "marked by a newer tierguard" in done.stderr
    assert database.admin("SELECT obj_description('tierguard'::regnamespace)", "versions") == [(text,)]


def test_a_server_on_prod_goes_on_beside_a_newer_marker_and_says_so(project, database):
    write_markers(database, "versions", bound(golden("marker-prod.json"), database, "versions", v=2))
    with (project / ".env").open("a") as file:
        file.write(f"DATABASE_URL={database.url('versions')}\n")
    env = environment(APP_PRODUCTION="true", USE_PROD_DATABASE="true")
    done = run(["python", "-c", CONNECT, database.url("versions")], cwd=project, env=env)
    assert (done.returncode, done.stdout) == (0, "used\n"), done.stderr
    assert "marker-unreadable" in done.stderr
    assert "version 2" in done.stderr


def test_newer_pins_are_neither_skipped_nor_rewritten(tmp_path, project, database):
    newer = golden(FILE).replace('"v": 1', '"v": 2')
    (tmp_path / FILE).write_text(newer)
    for act in (read_pins, lambda root: write_pin(root, Pin(Tier.INT, "shop", "1", "a", "b", "c"))):
        with pytest.raises(SettingMismatch, match=r"is of version 2, and this tierguard reads up to 1\. Upgrade"):
            act(tmp_path)
    assert (tmp_path / FILE).read_text() == newer
    clusters.stamp(database, "versions", Tier.INT, project="shop")
    shutil.copy(tmp_path / FILE, project)
    done = attempt(project, database.url("versions"))
    assert done.returncode == 2
    assert "Upgrade tierguard" in done.stderr


def test_what_newer_pins_add_to_version_1_is_passed_over(tmp_path):
    content = json.loads(golden(FILE))
    content["pins"][0]["note"] = "added later"
    (tmp_path / FILE).write_text(json.dumps(content))
    assert [pin.tier for pin in read_pins(tmp_path)] == [Tier.PROD]


def test_newer_records_are_shown_and_their_chain_is_checked(tmp_path):
    log = tmp_path / "audit.jsonl"
    with FileSink(log) as sink:
        sink.append(Entry("connect", tier="int"), durable=False)
    last = json.loads(log.read_text())
    body = f'{{"v":2,"seq":2,"ts":"{last["ts"]}","event":"dreamt","tier":"int","mood":{{}},"prev":"{last["hash"]}"'
    with log.open("a") as file:
        file.write(f'{body},"hash":"{sha256(body.encode()).hexdigest()}"}}\n')
    with FileSink(log) as sink:
        assert sink.append(Entry("connect", tier="int"), durable=False) == 3
    (tmp_path / "tierguard.toml").write_text('project = "shop"\n')
    for words in (["verify"], ["query"], ["tail"], ["report"]):
        done = run(["tierguard", "audit", "--file", str(log), *words], cwd=tmp_path, env=environment())
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
        if words == ["verify"]:
            assert "newer than this tierguard" in done.stdout
        if words[0] in {"query", "tail"}:
            assert "dreamt" in done.stdout
