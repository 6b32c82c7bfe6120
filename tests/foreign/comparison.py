"""Compare two runs of one suite, test by test, by the JUnit XML that they left."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict

OUTCOMES = ("error", "failure", "skipped")
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


def read(folder):
    """Return the outcomes of each test in a folder's XML files. One test may have two: its own and its end's."""
    outcomes = defaultdict(list)
    for path in sorted(folder.glob("*.xml")):
        for case in ET.parse(path).iter("testcase"):  # noqa: S314 - our own child wrote it
            name = ADDRESS.sub("0x", f"{case.get('classname')}::{case.get('name')}")
            outcomes[name].append(next((one for one in OUTCOMES if case.find(one) is not None), "passed"))
    return {name: sorted(each) for name, each in outcomes.items()}


def differences(bare, gated):
    """Return a line for every test whose outcome is not the same, and for every test that only one run has."""
    return [
        f"{name}: {_say(bare, name)} without the gate, {_say(gated, name)} with it"
        for name in sorted(bare.keys() | gated.keys())
        if bare.get(name) != gated.get(name)
    ]


def count(outcomes):
    """Return how many tests there are, and how many of each outcome."""
    return Counter(outcome for each in outcomes.values() for outcome in each)


def row(name, outcomes, different):
    """Return a line of the table in the testing guide."""
    found = count(outcomes)
    cells = (name, len(outcomes), *(found[one] for one in ("passed", "skipped")), found["failure"] + found["error"])
    return " | ".join(["", *map(str, cells), str(len(different)), ""]).strip()


def _say(outcomes, name):
    return " and ".join(outcomes.get(name, ["not run"]))
