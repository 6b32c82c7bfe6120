"""A small project of somebody else's: nothing of the reference application in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.child import environment, run

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
[tool.tierguard]
project = "shop"
production_mode = "SHOP_PRODUCTION_MODE"
request = "APP_ENV"
aliases = { staging = "stg", live = "prod" }
"""
URLS = {
    "TEST_DATABASE_URL": "postgresql://shop:Zq7int@127.0.0.1:1/shop_test",
    "STG_DATABASE_URL": "postgresql://shop:Zq7stg@127.0.0.1:1/shop_stg",
    "DATABASE_URL": "postgresql://shop:Zq7prod@prod.invalid:5432/shop",
}


def make_project(folder: Path) -> Path:
    """Write the project's configuration and return its folder."""
    (folder / "pyproject.toml").write_text(CONFIG)
    return folder


def tierguard(project: Path, *args: str, input: str | None = None, **variables: str):  # noqa: A002 - as subprocess calls it
    """Run the command line in the project."""
    return run(["tierguard", *args], cwd=project, env=environment(**variables), input=input)
