"""The application's settings. Importing this needs no URL and no server, and prints nothing."""

from functools import cached_property

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

import tierguard
from app.core.project import ROOT as ROOT  # noqa: PLC0414 - here too, for who needs both
from tierguard.model import Target

EXAMPLE_KEYS = frozenset({"", "change-me", "your-secret-key", "development"})  # what the repository's own pages show
NEW_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'


class Settings(BaseSettings):
    """What the environment and ``.env`` say. The database URL is chosen by tierguard alone."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_file_encoding="utf-8", extra="ignore", frozen=True, ignored_types=(cached_property,)
    )

    secret_key: SecretStr = SecretStr("")
    broker_url: SecretStr = SecretStr("")  # empty: the embedded Valkey

    def require_secret_key(self) -> None:
        """Make sure that the signing key is nobody else's: everybody who read the repository knows the example's.

        Raises:
            tierguard.SettingMissing: there is none, or it is one of the examples'.
        """
        if self.secret_key.get_secret_value().strip() in EXAMPLE_KEYS:
            raise tierguard.SettingMissing(
                "SECRET_KEY is missing or still the example's, so anybody could sign for this server.",
                hint=f"Set one of its own in the server's environment: {NEW_KEY}",
                rule="example-secret",
            )

    @property
    def database_url(self) -> str:
        """Return the whole URL of the chosen database: INT unless STG or PROD was asked for.

        Raises:
            tierguard.TierguardError: the tier is not for this process, or its URL is missing or malformed.
        """
        return self._target.url

    @property
    def database_tier(self) -> str:
        """Return the tier that this process chose: ``int``, ``stg`` or ``prod``."""
        return self._target.tier.value

    @cached_property
    def _target(self) -> Target:
        return tierguard.resolve(root=ROOT)


def _read_settings() -> Settings:
    try:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise tierguard.SettingMismatch(f".env cannot be read: {why}.") from None


settings = _read_settings()
