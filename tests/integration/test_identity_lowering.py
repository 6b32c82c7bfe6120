"""A live PROD under a lower tier's URL: to stamp, pin or free it takes a longer phrase than the habitual one."""

import json

import pytest
from support import clusters
from support.child import environment, needs_no_agent, type_at_terminal

from tierguard.model import Tier

pytestmark = [needs_no_agent, pytest.mark.xdist_group("identity")]

PHRASE = "app/prod is app/int"


@pytest.fixture
def project(int_cluster, tmp_path):
    """A project whose INT leads to PROD."""
    url = clusters.make_database(int_cluster, "lowered", rows=3)
    yield clusters.project(tmp_path, int_url=url)
    clusters.drop_database(int_cluster, "lowered")


def act(project, command, typed):
    answers = [(f"Type {PHRASE} to go on", f"{typed}\r")]
    return type_at_terminal(["tierguard", command, "int"], cwd=project, env=environment(), answers=answers)


def read_tiers(cluster):
    comments = cluster.admin(
        "SELECT obj_description(oid) FROM pg_namespace WHERE nspname = 'tierguard' UNION ALL "
        "SELECT description FROM pg_shdescription JOIN pg_database d ON objoid = d.oid WHERE datname = 'lowered'",
        "lowered",
    )
    return [json.loads(text)["tier"] for (text,) in comments]


def pin_as_prod(project, cluster):
    _, _, sysid = clusters.read_identity(cluster, "lowered")
    pin = {"tier": "prod", "project": "app", "sysid": sysid, "db": "lowered", "user": "u", "endpoint": "far:5432"}
    (project / "tierguard.pins.json").write_text(json.dumps({"v": 1, "pins": [pin]}))


def read_pinned(project):
    return [pin["tier"] for pin in json.loads((project / "tierguard.pins.json").read_text())["pins"]]


@pytest.mark.parametrize("command", ["stamp", "pin", "remove"])
def test_the_usual_name_does_not_touch_a_stamped_prod(project, int_cluster, command):
    clusters.stamp(int_cluster, "lowered", Tier.PROD)
    said, code = act(project, command, "app/int")
    assert code == 3, said
    assert read_tiers(int_cluster) == ["prod", "prod"]
    assert not (project / "tierguard.pins.json").exists()


@pytest.mark.parametrize("command", ["stamp", "pin", "remove"])
def test_the_usual_name_does_not_touch_a_pinned_prod(project, int_cluster, command):
    pin_as_prod(project, int_cluster)
    said, code = act(project, command, "app/int")
    assert code == 3, said
    assert "(now PROD)" in said
    assert read_tiers(int_cluster) == []
    assert read_pinned(project) == ["prod"]


def test_an_empty_pinned_prod_is_stamped_by_nobody_alone(project, int_cluster):
    int_cluster.admin("DROP TABLE person", "lowered")
    pin_as_prod(project, int_cluster)
    said, code = act(project, "stamp", "app/int")
    assert code == 3, said
    assert read_tiers(int_cluster) == []


def test_who_means_it_types_it(project, int_cluster):
    clusters.stamp(int_cluster, "lowered", Tier.PROD)
    pin_as_prod(project, int_cluster)
    said, code = act(project, "remove", PHRASE)
    assert code == 0, said
    assert read_tiers(int_cluster) == []
    assert not (project / "tierguard.pins.json").exists()
