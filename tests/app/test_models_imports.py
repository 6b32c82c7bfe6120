from __future__ import annotations

import os
import subprocess
import sys

MODULES = "app.db, app.models, app.services.seeding, app.services.embedding, app.services.analytics"


def test_importing_needs_no_url_and_no_server_and_says_nothing(tmp_path):
    program = f"import sys, {MODULES}; assert not {{'numpy', 'wordllama', 'app.core.config'}} & {{*sys.modules}}"
    environment = {"PATH": os.defpath, "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
