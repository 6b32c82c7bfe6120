"""Write docs/configuration.md from the tables that the configuration itself is parsed by, as ``make docs`` does."""

# ruff: noqa: INP001 - a folder of documents is no package
from __future__ import annotations

from pathlib import Path

from tierguard.evidence.keys import DATABASE, ENVIRONMENT, FLAGS, PARTS, SOURCE, TOP, Key, Keys

PAGE = Path(__file__).with_suffix(".md")
BEFORE = """\
# Configuration

<!-- Made by `python docs/configuration.py` from src/tierguard/evidence/keys.py; a test compares them. -->

Every key of `[tool.tierguard]`, and every variable that counts. The file is `pyproject.toml`, or a `tierguard.toml`
with the same keys at its top level, and its folder is the project's. A key that is not listed here is an error that
names it, never a silent default. **No URL and no password stands in the file**: it names variables, and their values
come from the environment, else from `.env`.

```bash run
tierguard config          # every setting and where it comes from: the file's line, .env's line, the environment
```

The smallest configuration is the line `[tool.tierguard]` alone. Each default below then applies.
"""
SECTIONS: tuple[tuple[str, str, Keys], ...] = (
    ("The project", "Keys of `[tool.tierguard]`.", TOP),
    ("flags", "Variables that ask for a tier. They count in the environment alone, never in `.env`.", FLAGS),
    (
        "One database",
        "Keys of `[tool.tierguard.databases.NAME]`. Without any, there is `default` with the usual variables.",
        DATABASE,
    ),
    (
        "One tier of a database",
        "Keys of a database's `int`, `stg` and `prod`. Only one of `url`, `parts` and `service` can count.",
        SOURCE,
    ),
    ("parts", "Keys of `parts`; for those left out, libpq's defaults apply.", PARTS),
)
AFTER = """\
## The environment

| variable | meaning |
|---|---|
{environment}

Variables that the configuration names:

| named by | read from | when it is empty |
|---|---|---|
| `url`, `parts`, `migrator` | the environment, else `.env` | not set; `.env` is not read |
| `flags`, `request`, `production_mode` | the environment alone | not set |

A flag and the production mode are `true`, `1`, `yes`, `on` or `false`, `0`, `no`, `off`, in any case; anything else is
an error that names the variable. Two tiers never share a variable, unless it is the database's own `url`. libpq's own
`PG*` variables are [errors](rules/ambient-variable.md) where they would change a URL;
`tierguard run` and `tierguard psql` remove them.

## An example of most of it

```toml
[tool.tierguard]
{top}
[tool.tierguard.databases.default]
int.url = "TEST_DATABASE_URL"
stg = {{ url = "STAGING_URL", shared = true }}
prod.parts = {{ host = "DB_HOST", user = "DB_USER", password = "DB_SECRET", dbname = "DB_NAME" }}
prod.backup = "provider"
deliver = ["DATABASE_URL"]
[tool.tierguard.databases.replica]
same_as = "default"
[tool.tierguard.databases.airflow]
external = true
int.url = "AIRFLOW_URL"
```

See also the recipes for [one `DATABASE_URL` per environment](recipes/one-database-url.md) and
[docker-compose](recipes/docker-compose.md).
"""


def render() -> str:
    """Return the whole page."""
    parts = [BEFORE, *(_section(*section) for section in SECTIONS)]
    environment = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in ENVIRONMENT.items())
    shown = "\n".join(key.example for name, key in TOP.items() if name not in {"databases", "gate"})
    return "\n".join([*parts, AFTER.format(environment=environment, top=shown)])


def _section(title: str, about: str, keys: Keys) -> str:
    rows = "\n".join(_row(name, key) for name, key in keys.items())
    return f"## {title}\n\n{about}\n\n| key | holds | default | meaning | example |\n|---|---|---|---|---|\n{rows}\n"


def _row(name: str, key: Key) -> str:
    example = key.example if "=" in key.example else f'{name} = "{key.example}"'
    return f"| `{name}` | {key.kind.word} | {_default(key)} | {key.meaning} | `{example}` |"


def _default(key: Key) -> str:
    if isinstance(key.default, bool):
        return f"`{str(key.default).lower()}`"
    return f"`{key.default}`" if key.default else key.unset


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
