"""The parts of a PostgreSQL URL, as libpq reads them (PostgreSQL manual, section 32.1.1.2).

Nothing here says which database a URL reaches: only the database can (:mod:`tierguard.deciding.identity`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from tierguard.errors import SettingMismatch
from tierguard.text.sealed import Sealed, SealedTexts, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMES = ("postgresql", "postgres")
EMBEDDED = "embedded"
_PLACE = re.compile(r"(?P<host>\[[^][]+\]|[^][:]*)(?::(?P<port>.*))?")
_BAD_ESCAPE = re.compile("%(?![0-9a-fA-F]{2})|%00")


@dataclass(frozen=True, slots=True)
class Conninfo:
    """A parsed URL. ``options`` are its query's parameters, which libpq lets override the other parts."""

    scheme: str
    driver: str = ""  # SQLAlchemy's +psycopg, which libpq does not know
    user: str = ""
    password: Sealed = field(default_factory=lambda: Sealed(""), repr=False)
    host: str = ""  # may name several, comma-separated, each with its port
    port: str = ""
    dbname: str = ""
    options: SealedTexts = field(default_factory=lambda: SealedTexts({}), repr=False)

    def effective(self) -> SealedTexts:
        """Return libpq's keywords: the query wins over the parts before it."""
        parts = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password.open(),
            "dbname": self.dbname,
        }
        return SealedTexts({key: value for key, value in {**parts, **self.options}.items() if value})

    @property
    def endpoint(self) -> str:
        """Return ``host:port/dbname`` for people; never a secret."""
        if self.scheme == EMBEDDED:
            return f"{EMBEDDED}:///{self.dbname}"
        known = self.effective()
        host = known.get("host") or known.get("hostaddr") or "localhost"
        port = known.get("port") or "5432"
        return f"{host}:{port}/{known.get('dbname', '')}"


def parse(url: str | Sealed, *, name: str = "the URL") -> Conninfo:
    """Parse ``url``, the value of the variable ``name``.

    Raises:
        SettingMismatch: not a PostgreSQL URL; the message names the variable, and neither it nor the traceback holds
            the secret.
    """
    sealed = seal(url)
    del url
    try:
        return _parse(sealed.open(), name)
    except SettingMismatch as mismatch:
        mismatch.__context__ = None
        raise mismatch.with_traceback(None) from None  # the frames below hold the text itself


def _parse(url: str, name: str) -> Conninfo:
    allowed = "Write postgresql://user:password@host:5432/dbname, or embedded:///dbname."
    if any(character.isspace() or character == "\0" for character in url):
        raise SettingMismatch(f"{name} contains white space or a NUL.", hint=allowed)
    if any("\ud800" <= character <= "\udfff" for character in url):
        raise SettingMismatch(f"{name} has bytes that are not UTF-8.", hint=allowed)
    head, separator, rest = url.partition("://")
    scheme, _, driver = head.partition("+")
    if not separator or scheme not in {*SCHEMES, EMBEDDED}:
        raise SettingMismatch(f"{name} is not a PostgreSQL URL.", hint=allowed)
    userinfo, location, path, query = _split_parts(rest)
    if "@" in location + path:
        raise SettingMismatch(
            f"{name} has an unescaped '@' or '/' in its user or password.",
            hint="Write @ as %40 and / as %2F.",
        )
    if _BAD_ESCAPE.search(rest):
        raise SettingMismatch(f"{name} has a '%' that escapes nothing.", hint="Write it as %25.")
    user, _, password = userinfo.partition(":")
    host, port = _split_location(location, name)
    return Conninfo(
        scheme=scheme,
        driver=driver,
        user=_decode(user, name),
        password=Sealed(_decode(password, name)),
        host=_decode(host, name),
        port=port,
        dbname=_decode(path, name),
        options=SealedTexts(dict(_split_parameter(part, name) for part in query.split("&") if part)),
    )


def _split_parts(rest: str) -> tuple[str, str, str, str]:
    """Split what follows ``://`` where libpq does: a user ends at the first ``@``, if no ``/`` comes before it."""
    at, slash = rest.find("@"), rest.find("/")
    userinfo, remaining = (rest[:at], rest[at + 1 :]) if at >= 0 and (slash < 0 or at < slash) else ("", rest)
    before, _, query = remaining.partition("?")
    location, _, path = before.partition("/")
    return userinfo, location, path, query


def _split_location(location: str, name: str) -> tuple[str, str]:
    """Split hosts from ports; ``a:1,b:2`` becomes ``("a,b", "1,2")`` as in libpq."""
    hosts, ports = [], []
    for one in location.split(","):
        match = _PLACE.fullmatch(one)
        if match is None:
            raise SettingMismatch(f"{name} has a malformed host.")
        host, port = match["host"], match["port"] or ""
        if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 2**16):
            raise SettingMismatch(f"{name} has a port that is not a number from 1 to 65535.")
        hosts.append(host.strip("[]"))
        ports.append(port)
    return ",".join(hosts), ",".join(ports) if any(ports) else ""


def _split_parameter(part: str, name: str) -> tuple[str, str]:
    key, equals, value = part.partition("=")
    if not equals or not key:
        raise SettingMismatch(f"{name} has a query parameter without a value.")
    return _decode(key, name), _decode(value, name)


def _decode(text: str, name: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise SettingMismatch(f"{name} has an escape that is not UTF-8.") from None


def leads_to(expected: Mapping[str, str], actual: Mapping[str, str]) -> bool:
    """Return whether a connection to ``actual`` is one that a URL with the keywords ``expected`` could have made.

    A part that the URL leaves open fits everything, and one of several hosts is enough.
    """
    if "service" in expected:
        return expected["service"] == actual.get("service", "")
    address = actual.get("hostaddr", "")
    if address and address not in expected.get("hostaddr", expected.get("host", "")).split(","):
        return False
    parts = ("port", "dbname") if address else ("host", "port", "dbname")
    return all(actual.get(key, "") in expected[key].split(",") for key in parts if expected.get(key))


def libpq_url(url: str) -> str:
    """Return ``url`` as libpq wants it: without SQLAlchemy's driver name."""
    head, separator, rest = url.partition("://")
    return head.partition("+")[0] + separator + rest


def with_database(url: str, dbname: str) -> str:
    """Return ``url`` with another database of the same server."""
    before, question, query = url.partition("?")
    head, _, rest = before.partition("://")
    kept = "&".join(part for part in query.split("&") if part and unquote(part.partition("=")[0]) != "dbname")
    query = f"{question}{kept}" if kept else ""
    return f"{head}://{rest.partition('/')[0]}/{quote(dbname, safe='')}{query}"


def build(parts: Mapping[str, str]) -> str:
    """Return a URL made of libpq keywords; values are percent-encoded."""

    def enc(key: str) -> str:
        return quote(parts.get(key, ""), safe="", errors="surrogateescape")  # bytes that parse() then refuses by name

    user = enc("user") + (f":{enc('password')}" if parts.get("password") else "")
    host = parts.get("host", "")
    authority = host if not host.startswith("/") else quote(host, safe="", errors="surrogateescape")
    port = f":{parts['port']}" if parts.get("port") else ""
    known = {"user", "password", "host", "port", "dbname"}
    query = "&".join(f"{key}={enc(key)}" for key in parts if key not in known and parts[key])
    location = f"{user}@{authority}{port}" if user else f"{authority}{port}"
    return f"postgresql://{location}/{enc('dbname')}" + (f"?{query}" if query else "")
