"""Links between the documents lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "AGENTS.md", ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors_of(path):
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def links():
    for path in DOCUMENTS:
        for link in LINK.findall(CODE.sub("", path.read_text())):
            if not re.match(r"[a-z]+:", link):
                yield path, link


@pytest.mark.parametrize(
    ("path", "link"), sorted(set(links())), ids=lambda one: str(one.relative_to(ROOT)) if isinstance(one, Path) else one
)
def test_a_link_leads_to_a_file_and_a_heading(path, link):
    name, _, anchor = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    assert target.exists()
    if anchor:
        assert anchor in anchors_of(target)


def test_every_document_is_reached_from_the_readme():
    known, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        known.add(path)
        names = [link.partition("#")[0] for link in LINK.findall(CODE.sub("", path.read_text()))]
        found = {(path.parent / name).resolve() for name in names if name.endswith(".md") and ":" not in name}
        waiting += [one for one in found - known if one.exists()]
    assert sorted(set(DOCUMENTS) - known) == []


def test_quotations_are_marked_as_in_english():
    pages = [*DOCUMENTS, ROOT / "CHANGELOG.md"]
    assert [path.name for path in pages if re.search("[«»]", path.read_text())] == []


def test_decisions_are_numbered_once_and_listed_in_order():
    folder = ROOT / "docs" / "decisions"
    files = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [name[:4] for name in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    listed = re.findall(r"^\| \[(\d{4})\]\((.+?)\)", (folder / "README.md").read_text(), re.MULTILINE)
    assert listed == [(name[:4], name) for name in files]
