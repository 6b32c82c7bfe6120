"""The workflow that the guide speaks of, and its steps on a server like its service container."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import yaml
from support.checkout import checkout
from support.child import environment, run
from support.clusters import drop_database, make_database

ROOT = Path(__file__).parents[2]
JOB = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["test"]


def test_the_job_brings_a_postgres_with_pgvector_and_runs_everything():
    service = JOB["services"]["postgres"]
    assert service["image"].startswith("pgvector/pgvector:")
    assert service["env"]["POSTGRES_DB"] == "test"
    assert JOB["env"] == {"CI": "true", "DATABASE_URL": "postgresql://postgres:postgres@localhost/test"}
    assert JOB["steps"][-1]["run"] == "make check test"


def test_its_variables_are_those_of_the_guide():
    guide = (ROOT / "docs/guide/database-safety.md").read_text()
    for name, value in JOB["env"].items():
        assert f"{name}={value}\n" in guide


def test_a_test_run_in_ci_uses_the_jobs_own_database(int_cluster):
    url = make_database(int_cluster, "test")
    chosen = "tests/app/test_models_connection.py"
    env = environment(
        CI="true", DATABASE_URL=url, PYTHONPATH=os.pathsep.join((str(checkout() / "src"), str(checkout())))
    )
    try:
        done = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", chosen], cwd=checkout(), env=env)
        assert done.returncode == 0, done.stdout + done.stderr
        assert '"tier": "int"' in int_cluster.admin("SELECT obj_description('tierguard'::regnamespace)", "test")[0][0]
    finally:
        drop_database(int_cluster, "test")
