"""SQLAlchemy's own compliance suite, as its wheel ships it, on psycopg with the gate installed."""

import json
import sys

import pytest
from support import clusters
from support.child import run

from tierguard.model import Tier

pytestmark = pytest.mark.xdist_group("identity")

# What a dialect's author writes to run the suite (SQLAlchemy's README.dialects.rst): nothing of it is ours to change.
CONFTEST = "from sqlalchemy.testing.plugin.pytestplugin import *\n"
SETTINGS = "[sqla_testing]\nrequirement_cls = requirements:Requirements\nprofile_file = profiles.txt\n"
REQUIREMENTS = """\
from sqlalchemy.testing import exclusions
from sqlalchemy.testing.requirements import SuiteRequirements


class Requirements(SuiteRequirements):
    supports_distinct_on = exclusions.open()
"""
PARTS = ("cte", "ddl", "insert", "results", "rowcount", "select", "sequence", "types", "update_delete")
OFF = ("-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider")
ENOUGH = 300


def test_compliance_suite_of_sqlalchemy_passes_on_int(int_cluster, tmp_path):
    url = clusters.make_database(int_cluster, "compliance")
    int_cluster.admin("CREATE SCHEMA test_schema", "compliance")
    clusters.stamp(int_cluster, "compliance", Tier.INT)
    project = clusters.project(tmp_path, int_url=url)
    files = {"conftest.py": CONFTEST, "setup.cfg": SETTINGS, "requirements.py": REQUIREMENTS}
    files["test_suite.py"] = "".join(f"from sqlalchemy.testing.suite.test_{part} import *\n" for part in PARTS)
    for name, text in files.items():
        (project / name).write_text(text)
    dialect = url.replace("postgresql", "postgresql+psycopg")
    command = [sys.executable, "-m", "pytest", "-q", *OFF, "--dburi", dialect, "test_suite.py"]
    done = run(command, cwd=project, seconds=600)
    clusters.drop_database(int_cluster, "compliance")
    assert done.returncode == 0, done.stdout[-2000:]
    passed = int(done.stdout.split(" passed")[0].split()[-1])
    assert passed > ENOUGH, done.stdout[-500:]
    log = (project / "logs" / "audit.jsonl").read_text().splitlines()
    connections = [record for record in map(json.loads, log) if record["event"] == "connect"]
    assert {record["target"]["database"] for record in connections} == {"compliance"}, "the gate was not there"
