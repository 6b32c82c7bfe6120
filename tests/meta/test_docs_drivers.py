"""The page on drivers states the releases that pyproject.toml asks for, and no other."""

import re
import tomllib
from pathlib import Path

from tierguard.process.drivers import DRIVERS

ROOT = Path(__file__).parents[2]


def test_the_oldest_releases_are_stated_in_one_way():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(one for driver in DRIVERS for one in extras.get(driver, ()))]
    bounds = {one for one in asked if re.match(rf"({'|'.join(DRIVERS)})\b", one)}
    stated = set(re.findall(r"^\| [^|]+ \| `([^`]+)` \|", (ROOT / "docs/drivers.md").read_text(), re.MULTILINE))
    assert len(bounds) == len(DRIVERS)
    assert stated == bounds
