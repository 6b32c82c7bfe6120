"""Every kind of descendant of one consent to read, one after the other; what each got is written to family.json."""

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

from read import read

WRITE = "INSERT INTO person VALUES (99) RETURNING id"


def call(*words, **env):
    """Return what a command says."""
    done = subprocess.run(
        words, env=os.environ | env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    return done.stdout.strip() or done.stderr.strip()


def daemonise(*words):
    """Start a reader whose parents have all ended, in a session of its own; what it says is read to its end."""
    code = "import os, sys\nif os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\n"
    code += "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    return call(sys.executable, "-c", code, "read.py", *words)


def as_nobody():
    """Return what another user gets: everything is imported before, which they may not read."""
    code = "import os, pathlib\nfrom tierguard.process.lending.borrower import Line, borrow\nos.setuid(65534)\n"
    code += "print(borrow(Line(pathlib.Path(os.environ['TIERGUARD_CONSENT'])))[1])"
    return call(sys.executable, "-c", code) if os.getuid() == 0 else "its folder is not this user's alone: not root"


def authorizes():
    """Return what comes of asking for more than reading."""
    code = "import tierguard\ntry:\n  with tierguard.authorize(tierguard.Operation.WRITE): print('got')\n"
    code += "except tierguard.TierguardError as error: print('refused', error.rule)"
    return call(sys.executable, "-c", code)


def main():
    """Try everybody."""
    shell = "python -c \"import subprocess; subprocess.run(['sh', '-c', 'python read.py'])\""
    found = {
        "path": os.environ["TIERGUARD_CONSENT"],
        "child": read(),
        "child writes": read(WRITE),
        "other database": read(url=os.environ["OTHER_URL"]),
        "grandchild": call("sh", "-c", shell),
        "pipeline": call("sh", "-c", "cat /dev/null | python read.py | cat"),
        "isolated": call("env", "-u", "PYTHONPATH", "python", "read.py"),
        "daemon": daemonise(),
        "daemon writes": daemonise(WRITE),
        "psql writes": call("psql", "-Xc", WRITE),
        "nested run": call("tierguard", "run", "--tier", "prod", "--", "python", "read.py"),
        "nested psql writes": call("tierguard", "run", "--tier", "prod", "--", "sh", "-c", f"psql -Xc '{WRITE}' 2>&1"),
        "nested run that writes": str(
            subprocess.run(
                ["tierguard", "run", "--tier", "prod", "--operation", "write", "--", "touch", "ran"],
                stderr=subprocess.DEVNULL,
                check=False,
            ).returncode
        ),
        "authorizes": authorizes(),
        "agent": call("python", "read.py", CLAUDECODE="1"),
        "test run": call("python", "read.py", PYTEST_VERSION="1"),
        "ci": call("python", "read.py", CI="true"),
        "service": call(
            "python", "-c", "import tierguard.process.chosen as c; print(c.current_process().choose(service=True).tier)"
        ),
        "other user": as_nobody(),
    }
    explained = json.loads(call("tierguard", "explain", "--json"))
    found["explain"] = [explained["outcome"], explained["tier"], explained["rule"]]
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            found[f"{method}ed"] = pool.apply(read)
    Path("family.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main()
