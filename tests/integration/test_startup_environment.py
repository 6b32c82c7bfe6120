"""The environment from before any code of yours: remembered by the start-up file, shown by nothing."""

import pickle
import sys
import traceback
from pathlib import Path

import pytest
from support.child import environment, run

from tierguard.text.sealed import SealedTexts

SECRET = "hunter2"


def python(program, *flags):
    return run([sys.executable, *flags, "-c", program], cwd=Path("/"), env=environment(MARK="before"))


@pytest.mark.parametrize("flags", [[], ["-I"], ["-E", "-s"]], ids=" ".join)
def test_it_is_what_the_process_began_with(flags):
    done = python(
        "import os; os.environ['MARK'] = 'after'; import tierguard.startup as s; print(s.environment()['MARK'])", *flags
    )
    assert (done.returncode, done.stdout) == (0, "before\n"), done.stderr


LATE = """
import os, site, sys
sys.modules.pop("_tierguard_startup", None)
os.environ["MARK"] = "after"
site.main()
import tierguard.startup
print("_tierguard_startup" in sys.modules, tierguard.startup.environment())
"""


@pytest.mark.parametrize("flags", [["-S"], []], ids=["without site", "forgotten"])
def test_it_is_unknown_where_the_file_ran_in_the_midst_of_a_program(flags):
    done = python(LATE, *flags)
    assert (done.returncode, done.stdout) == (0, "True None\n"), done.stderr


def test_it_is_read_and_never_shown():
    values = SealedTexts({"DATABASE_URL": SECRET})
    assert (values["DATABASE_URL"], values.get("OTHER"), dict(values)) == (SECRET, None, {"DATABASE_URL": SECRET})
    assert SECRET not in f"{values!r} {values} {[values]} {vars(sys.modules[SealedTexts.__module__])}"
    with pytest.raises(TypeError):
        pickle.dumps(values)
    with pytest.raises(KeyError) as caught:
        values["OTHER"]
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "values = <sealed: DATABASE_URL>" in shown
    assert f"'{SECRET}'" not in shown
