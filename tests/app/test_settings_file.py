"""The application's own settings: a file that cannot be read is one line."""

import shutil
import sys

from support.child import ROOT, environment, run


def test_an_env_file_that_is_not_utf8_is_a_configuration_error(tmp_path):
    for name in ("app", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    (tmp_path / ".env").write_bytes(b"SECRET_KEY=Zq7secret\xff\n")
    program = "import sys; sys.path.insert(0, '.'); import app.core.config"
    done = run([sys.executable, "-c", program], cwd=tmp_path, env=environment(PYTHONPATH=str(tmp_path)))
    assert done.returncode == 2
    assert done.stderr == "tierguard (setting-mismatch): .env cannot be read: it is not UTF-8.\n"
