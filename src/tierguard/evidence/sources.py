"""Where a tier's URL comes from: exactly one source each, and no tier falls back to another's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tierguard.deciding import derived
from tierguard.errors import SettingMismatch, SettingMissing
from tierguard.evidence import dotenv
from tierguard.evidence.config import DEFAULT
from tierguard.evidence.detect import CI_DATABASE
from tierguard.evidence.worktrees import find_repository
from tierguard.model import Tier
from tierguard.text import conninfo, masking
from tierguard.text.sealed import Sealed, SealedTexts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierguard.evidence.config import Config, Database, Source

# libpq reads these beside any URL, even a complete one (PostgreSQL manual, section 32.15).
OVERRIDING: Final = {
    "PGHOSTADDR": "hostaddr",
    "PGSERVICE": "service",
    "PGSERVICEFILE": "servicefile",
    "PGOPTIONS": "options",
}
FILLING: Final = {
    "PGHOST": "host",
    "PGPORT": "port",
    "PGUSER": "user",
    "PGPASSWORD": "password",
    "PGDATABASE": "dbname",
}


def variable_for(source: Source, tier: Tier, *, ci: bool, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that the tier's URL is read from in this process."""
    if ci and tier is Tier.INT and environ.get(CI_DATABASE, "").strip():
        return (CI_DATABASE,)
    return source.variables


def read_url(
    config: Config, database: Database, tier: Tier, *, ci: bool, environ: Mapping[str, str]
) -> tuple[Sealed, str]:
    """Return the URL of ``tier`` as it is written, and the name of its source.

    Raises:
        SettingMissing: a variable that the tier needs is unset; the message names it.
        SettingMismatch: the URL is malformed, not PostgreSQL's, or an ambient variable would change it.
    """
    source = database.sources[tier]
    own = source == config.database(DEFAULT).sources[tier]  # CI brings the default database, not every other one
    names = variable_for(source, tier, ci=ci and own, environ=environ)
    if source.service and CI_DATABASE not in names:
        url, label = Sealed(f"postgresql:///?service={source.service}"), f"service {source.service}"
    else:
        values = SealedTexts({name: lookup(config, name, environ) for name in names})
        missing = [name for name, value in values.items() if not value]
        if missing or not names:
            raise SettingMissing(
                f"Database configuration errors: {', '.join(missing) or 'no source'} "
                f"not set for {tier.label} of '{database.name}'.",
                hint=describe_places(config),
            )
        if source.parts and CI_DATABASE not in names:
            url = Sealed(conninfo.build({part: values[name] for part, name in source.parts.items()}))
        else:
            url = Sealed(values[names[0]])
        label = names[0]
    parsed = conninfo.parse(url, name=label)
    if source.per_worktree and CI_DATABASE not in names and (own_name := find_worktree_name(config, parsed)):
        url = Sealed(conninfo.with_database(url.open(), own_name))
        parsed = conninfo.parse(url, name=label)
    masking.remember(parsed.effective().get("password"))
    refuse_ambient(parsed, tier, _without_bounds(source, parsed, environ) if tier is Tier.PROD else environ)
    return url, label


def find_worktree_name(config: Config, written: conninfo.Conninfo) -> str:
    """Return what INT is called in this linked git worktree; empty where it is what the URL says.

    A name that tools derived is taken as it is: a program that started this one has handed it down.
    """
    name = written.effective().get("dbname", "")
    if written.scheme == conninfo.EMBEDDED or not name or derived.parse(name):
        return ""
    repository = find_repository(config.root)
    return repository.name_database(name) if repository and repository.own else ""


def write_url(database: Database, tier: Tier, url: Sealed, *, ci: bool, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables, with their values, that lead ``tier`` of this database to ``url``.

    Args:
        database: whose source on that tier leads to another database of the same server.
        tier: whose.
        url: an ordinary one.
        ci: as for :func:`read_url`.
        environ: what is delivered there beside the tier's own variable is led along.

    Raises:
        SettingMismatch: its source says with no variable which database of the server is meant.
    """
    source = database.sources[tier]
    names = variable_for(source, tier, ci=ci, environ=environ)
    name = conninfo.parse(url).effective()["dbname"]
    if source.parts and CI_DATABASE not in names:
        names, value = (source.parts.get("dbname", ""),), name
    else:
        value = url.open()
    if not all(names) or (source.service and CI_DATABASE not in names):
        raise SettingMismatch(f"No variable says which database of its server {tier.label} is.", rule="no-copies")
    delivered = {one: url.open() for one in database.deliver if environ.get(one)}
    ambient = {"PGDATABASE": name} if environ.get("PGDATABASE") else {}
    return {**delivered, **ambient, names[0]: value}


def describe_places(config: Config) -> str:
    """Return where a missing variable may be set, as advice. An example is copied where there is one, over nothing."""
    is_new = not os.path.lexists(dotenv.find(config.root))
    example = " (cp .env.example .env)" if is_new and (config.root / ".env.example").is_file() else ""
    return f"Set it in .env{example} or in the environment."


def refuse_ambient(parsed: conninfo.Conninfo, tier: Tier, environ: Mapping[str, str]) -> None:
    """Refuse ``PG*`` variables that would change where the tier's URL leads.

    Raises:
        SettingMismatch: one is set; the message names it.
    """
    known = parsed.effective()
    overriding = [name for name, part in OVERRIDING.items() if environ.get(name) and environ[name] != known.get(part)]
    filling = [name for name, part in FILLING.items() if environ.get(name) and not known.get(part)]
    if parsed.scheme == conninfo.EMBEDDED:  # what it stands for leaves nothing open
        filling = []
    if "service" in known:
        filling = []
        overriding = [name for name in overriding if name != "PGSERVICEFILE"]
    if stray := overriding + filling:
        raise SettingMismatch(
            f"{', '.join(stray)} in the environment would change {tier.label}'s URL.",
            hint="Unset it, or write that part into the URL.",
            rule="ambient-variable",
        )


def read_only_options(source: Source, options: str = "") -> str:
    """Return libpq's ``options`` for sessions that only read, and are bounded in time, behind those there are."""
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": source.statement_timeout,
        "idle_in_transaction_session_timeout": source.idle_timeout,
    }
    return " ".join(filter(None, (options, *(f"-c {name}={value}" for name, value in settings.items()))))


def _without_bounds(source: Source, parsed: conninfo.Conninfo, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment without the options that ``tierguard run`` gives to a command that only reads."""
    given = read_only_options(source, parsed.effective().get("options", ""))
    if environ.get("PGOPTIONS") != given:
        return environ
    return SealedTexts({name: value for name, value in environ.items() if name != "PGOPTIONS"})


def lookup(config: Config, name: str, environ: Mapping[str, str]) -> str:
    """Return a URL or secret from the environment, else from ``.env``. Set but empty counts as unset."""
    if name in environ:
        return environ[name].strip()
    return dotenv.read(dotenv.find(config.root)).get(name, "").strip()


def connectable(config: Config, tier: Tier, url: Sealed, *, start: bool = True) -> Sealed | None:
    """Return ``url`` as an ordinary one: an embedded server is started for it, unless ``start`` is false.

    Returns None for an embedded server that has never been started and may not be now.
    """
    if not url.open().startswith(f"{conninfo.EMBEDDED}:"):
        return url
    from tierguard import embedded

    enter = embedded.resolve_url if start else embedded.peek_url
    try:
        real = enter(url.open(), config.root, project=config.project, tier=tier.value)
    except SettingMismatch as mismatch:
        raise mismatch.with_traceback(None) from None  # the frames below hold the text itself
    if real is None:
        return None
    sealed = Sealed(real)
    del real
    masking.remember(conninfo.parse(sealed).password.open())
    return sealed
