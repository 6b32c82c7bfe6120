"""Which project a process belongs to, what is said when that is not clear, and what a configuration may say."""

import pytest
from support.child import environment, run

WHOSE = (
    "import psycopg; from tierguard.process.installation import installed_gate as gate; "
    "print(gate().process.config.project)"
)
CONNECT = "import psycopg; psycopg.connect({url!r})"


def project(folder, name, extra=""):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tierguard.toml").write_text(f'project = "{name}"\n{extra}')
    return folder


def script(folder, text=WHOSE):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.py").write_text(text)
    return folder / "job.py"


def test_the_environment_s_own_folder_comes_last(shop, tmp_path):
    assert shop.run("-c", WHOSE, cwd="/").stdout == "app\n"
    assert shop.run("-c", WHOSE, cwd=project(tmp_path / "other", "other")).stdout == "other\n"
    assert shop.run(script(tmp_path / "other" / "jobs"), cwd="/").stdout == "other\n"


def test_the_nearest_to_the_script_wins_where_one_project_is_inside_another(shop, tmp_path):
    inner = project(project(tmp_path / "outer", "outer") / "services" / "inner", "inner")
    assert shop.run(script(inner / "jobs"), cwd=tmp_path / "outer").stdout == "inner\n"
    assert shop.run(script(tmp_path / "outer" / "jobs"), cwd=inner).stdout == "outer\n"


def test_a_command_of_the_environment_works_for_the_project_of_the_working_directory(shop, tmp_path):
    shop.write(".venv/bin/command", f"#!{shop.python}\n{WHOSE}\n").chmod(0o755)
    done = run([str(shop.folder / ".venv/bin/command")], cwd=project(tmp_path, "other"), env={})
    assert done.stdout == "other\n"


def test_two_copies_of_one_project_are_no_conflict(shop, tmp_path):
    path = "import psycopg; from tierguard.process.chosen import current_process; print(current_process().config.root)"
    project(tmp_path / "one", "same"), project(tmp_path / "two", "same")
    assert shop.run(script(tmp_path / "two", path), cwd=tmp_path / "one").stdout == f"{tmp_path / 'two'}\n"


def test_a_connection_of_two_projects_is_an_error_that_names_both(shop, tmp_path):
    here, there = project(tmp_path / "here", "here"), project(tmp_path / "there", "there")
    done = shop.run(script(there, CONNECT.format(url=shop.prod)), cwd=here)
    assert done.returncode == 2
    assert done.stderr.startswith("tierguard (two-projects): ")
    assert done.stderr.count("\n") == 1
    for named in (here / "tierguard.toml", there / "tierguard.toml", "TIERGUARD_CONFIG"):
        assert str(named) in done.stderr


def test_whoever_says_it_ends_the_conflict(shop, tmp_path):
    here, there = project(tmp_path / "here", "here"), project(tmp_path / "there", "there")
    whose = "import psycopg, tierguard, pathlib; print(tierguard.install({}).process.config.project)"
    choose = "; from tierguard.process.chosen import current_process; print(current_process().choose().tier)"
    assert shop.run(script(there, whose.format("") + choose), cwd=here).stdout.split() == ["here", "int"]
    named = whose.format(f"pathlib.Path({str(there)!r})") + choose
    assert shop.run(script(there, named), cwd=here).stdout.split() == ["there", "int"]
    named = environment(TIERGUARD_CONFIG=str(there / "tierguard.toml"))
    assert shop.run(script(there), cwd=here, env=named).stdout == "there\n"


def test_installing_by_call_finds_the_project_as_the_start_does(shop):
    late = "import tierguard; print(tierguard.install().process.config.project)"
    assert shop.run("-c", late, cwd="/").stdout == "app\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('project = "x', "is not valid TOML"),
        ('project = "x"\nnonsense = 1', "nonsense is not a known key"),
        ('project = "x"\ngate = "sometimes"', 'gate may only be "start" or "call"'),
        ('project = "x"\n[databases.default]\nprod.url = 5', "prod.url must be the name of a variable"),
    ],
)
def test_a_broken_configuration_surfaces_at_the_driver_and_nowhere_else(shop, tmp_path, text, said):
    (tmp_path / "tierguard.toml").write_text(text)
    swallowed = "try:\n import psycopg\nexcept Exception:\n import psycopg2\n"
    for program in ("import psycopg", "import asyncpg", swallowed):
        done = shop.run("-c", program, cwd=tmp_path)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith("tierguard (setting-mismatch): ")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert shop.run("-c", "print('started')", cwd=tmp_path).stdout == "started\n"
    assert run([str(shop.folder / ".venv/bin/tierguard"), "--help"], cwd=tmp_path).returncode == 0
    doctor = run([str(shop.folder / ".venv/bin/tierguard"), "doctor"], cwd=tmp_path)
    assert doctor.returncode == 2
    assert said in doctor.stderr
    assert "Traceback" not in doctor.stderr


def test_a_configuration_that_cannot_be_read_is_one_clear_line(shop, tmp_path):
    (tmp_path / "pyproject.toml").mkdir()  # is no file, so it is nobody's
    assert shop.run("-c", WHOSE, cwd=tmp_path).stdout == "app\n"
    done = shop.run("-c", "import psycopg", env=environment(TIERGUARD_CONFIG=str(tmp_path / "gone.toml")))
    assert done.returncode == 2
    assert (
        done.stderr
        == f"tierguard (setting-missing): TIERGUARD_CONFIG names {tmp_path / 'gone.toml'}, which is not a file.\n"
    )


def test_a_gate_by_call_stands_only_where_it_is_called(shop, tmp_path):
    project(tmp_path, "app", 'gate = "call"\n')
    read = f"psycopg.connect({shop.prod!r}).execute('SELECT 1').fetchone()"
    done = shop.run("-c", f"import psycopg; print({read})", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "(1,)\n", "")
    done = shop.run("-c", f"import psycopg, tierguard; tierguard.install(); print({read})", cwd=tmp_path)
    assert done.returncode == 3
    assert "above-int" in done.stderr
