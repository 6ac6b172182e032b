"""Settings from the environment; docs/configuration.md lists them."""

from functools import cached_property
from pathlib import Path

from pydantic import AnyHttpUrl, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rules.core.roles import Role

LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})


class Configuration(BaseSettings):
    """Read from the environment: ``VEILIGADVIES_*``, and the plain names DATABASE_URL, PORT and PREFECT_API_URL."""

    model_config = SettingsConfigDict(env_prefix="VEILIGADVIES_", extra="ignore", populate_by_name=True)

    home: Path = Path(".data")
    """The data folder: embedded database, keys, mailbox, bank folder, Prefect's store and logs."""
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    """A PostgreSQL server to use instead of the embedded one (``postgresql://...``)."""
    port: int = Field(default=8000, validation_alias="PORT")
    """The port of the API and its pages."""
    host: str = "127.0.0.1"
    public_url: str | None = None
    """The address at which people reach the pages, such as https://veilig.example.nl; without it this machine's."""
    prefect_api_url: str | None = Field(default=None, validation_alias="PREFECT_API_URL")
    """A Prefect server to use instead of the one that ``veiligadvies run`` starts."""
    demonstration: bool = True
    """Whether this is the demonstration office: fictional people, a demonstration bank, tokens for everybody."""
    smtp_url: str | None = None
    """``smtp://host:port`` for letters; without it they go to the mailbox folder."""
    sender: str = "veiligadvies@example.org"
    """The sender address of letters."""
    tick_seconds: float = 2.0
    """Seconds between two ticks of the clock, which looks for due thresholds."""
    worker_slots: int = Field(default=8, ge=1)
    """How many runs one worker executes at the same time; the queues of prefect.yaml together allow as many."""
    run_seconds: float = Field(default=300.0, ge=1.0)
    """Seconds after which a flow is cancelled, and a statement or an idle transaction as well."""
    issuer: str = "veiligadvies-demonstration"
    """The issuer that bearer tokens must name."""
    audience: str = "veiligadvies"
    """The audience that bearer tokens must name."""
    jwks_file: Path | None = None
    """Public keys of the identity provider; without them only the demonstration office's own key is accepted."""
    jwks_url: str | None = None
    """The address of those keys instead of a file: https, or this machine."""
    person_claim: str = "sub"
    """The claim of a token that names the person as registered here."""
    role_claim: str = "role"
    """The claim that names the role, or roles and groups; a dot goes into a claim: ``realm_access.roles``."""
    organisation_claim: str = "organisation"
    """The claim that names the employer of a role that acts for one."""
    role_names: dict[str, Role] | None = None
    """What the identity provider calls our roles; without it the claim is the role itself."""

    @field_validator("jwks_url")
    @classmethod
    def cannot_be_overheard(cls, address: str | None) -> str | None:
        """Return an address whose answer nobody on the way can change.

        Raises:
            ValueError: it is another.
        """
        if address is None:
            return None
        found = AnyHttpUrl(address)
        if found.scheme != "https" and found.host not in LOOPBACK:
            raise ValueError("Give the address of the keys with https; http is for this machine only.")
        return address

    @property
    def pages_url(self) -> str:
        """The address of the pages without a slash at its end, as it stands in letters."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @cached_property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return self.home.expanduser().resolve()

    @property
    def key_file(self) -> Path:
        """The office's master key: 32 random bytes, readable by the office's user only."""
        return self.folder / "keys" / "office.key"

    @property
    def mailbox(self) -> Path:
        """The folder for letters as .eml files when no SMTP server is set."""
        return self.folder / "mailbox"

    @property
    def bank(self) -> Path:
        """The watched folder of bank messages, also for the answers of the demonstration bank."""
        return self.folder / "bank"
