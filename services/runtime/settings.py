"""Settings: environment variables with the prefix `CHOKEPOINT_`, `__` between levels, every secret also as `…_FILE`.

Read once, in `create_app` or the command line; parts are passed down. A wrong or unknown variable stops the start
with one line that names it.
"""

import os
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "CHOKEPOINT_"


class SettingsError(Exception):
    """A setting is wrong; the message is one line that names it and says what to do."""


class Part(BaseModel):
    """A group of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class KafkaSettings(Part):
    """Where the broker is and how to speak to it."""

    bootstrap_servers: str | None = None
    """`host:port[,host:port]`; absent: `chokepoint up` starts a broker of its own."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    """`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`."""
    sasl_username: str | None = None
    """The user, with SASL."""
    sasl_password: SecretStr | None = None
    """The password, with SASL."""
    ssl_cafile: Path | None = None
    """A file of trusted certificates, where the system's own are not enough."""


class DatabaseSettings(Part):
    """The database; absent: SQLite in the data folder."""

    url: SecretStr | None = None
    """`postgresql://user:password@host/name`; absent: SQLite files in the data folder."""


class EgressSettings(Part):
    """What requests may leave."""

    allow_private: bool = False
    """False: no request ever goes to a private, loopback or link-local address."""
    contact: str | None = None
    """An address named in the User-Agent, so that a site can reach whoever runs this."""


class ApiSettings(Part):
    """Who may ask."""

    token: SecretStr | None = None
    """The bearer token of the APIs and the console; nothing is served without one. `chokepoint up` makes one."""


class SmtpSettings(Part):
    """The mail server; absent host: e-mail destinations wait."""

    host: str | None = None
    """The mail server; absent: e-mail waits until there is one."""
    port: int = Field(default=587, ge=1, le=65535)
    """Its port: 587 with STARTTLS, 465 with implicit TLS."""
    username: str | None = None
    """The user, where the server asks for one."""
    password: SecretStr | None = None
    """The password, where the server asks for one."""
    tls: Literal["starttls", "implicit", "off"] = "starttls"
    """`starttls`, `implicit` or `off`; never "if the server happens to offer it"."""
    sender: str = "Chokepoint <chokepoint@localhost>"
    """Whom messages come from."""


class LogSettings(Part):
    """How to log."""

    format: Literal["json", "console"] = "json"
    """`json` for machines, `console` for people."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """`debug`, `info`, `warning` or `error`."""


class ServiceSettings(Part):
    """Where a service listens."""

    host: str = "127.0.0.1"
    """The address it listens on."""
    port: int = Field(ge=0, le=65535)
    """The port it listens on."""


class IngestSettings(ServiceSettings):
    """Where ingest listens, and what it reads by itself."""

    port: int = Field(default=8081, ge=0, le=65535)
    """The port it listens on."""
    catalogue: bool = True
    """False: none of the bundled sources is read, only those that are set by hand, and the push API."""


class LocalSettings(Part):
    """The embedded broker of `chokepoint up`."""

    kafka_port: int = Field(default=19092, ge=0, le=65535)
    """The embedded broker's port; 0 takes any free one."""
    kafka_controller_port: int = Field(default=19093, ge=0, le=65535)
    """Its controller's port; 0 takes any free one."""


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


class Settings(BaseSettings):
    """Everything that can be set, with its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
        use_attribute_docstrings=True,
    )

    home: Annotated[Path, AfterValidator(_absolute)] = Field(default_factory=lambda: user_data_path("chokepoint"))
    """Data folder of the embedded default."""
    public_url: str = "http://127.0.0.1:8080"
    """For links in messages."""
    kafka: KafkaSettings = KafkaSettings()
    database: DatabaseSettings = DatabaseSettings()
    egress: EgressSettings = EgressSettings()
    api: ApiSettings = ApiSettings()
    smtp: SmtpSettings = SmtpSettings()
    log: LogSettings = LogSettings()
    alert: ServiceSettings = ServiceSettings(port=8080)
    ingest: IngestSettings = IngestSettings()
    classify: ServiceSettings = ServiceSettings(port=8082)
    local: LocalSettings = LocalSettings()

    @property
    def user_agent(self) -> str:
        """How we introduce ourselves to sites, with an address where whoever runs this can be reached."""
        return f"Chokepoint/{version('chokepoint')} (+{self.egress.contact or self.public_url})"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - inherited
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours come by `load_settings` alone
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what is passed in: `load_settings` reads the environment, tests pass values."""
        return (init_settings,)


class _Environ(EnvSettingsSource):
    """pydantic's own reading of nested variables, over the mapping that is passed in."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._environ.items()}


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read every setting. Raises SettingsError, one line, for one that is wrong or unknown."""
    flat = dict(_with_files(environ))
    known = set(_names(Settings, PREFIX))
    for name in sorted(flat):
        if name not in known:
            raise SettingsError(f"{name} is not a setting; {_nearest(name, known)}")
    try:
        return Settings(**_Environ(flat)())
    except ValidationError as error:
        raise SettingsError(_one_line(error)) from None


def _with_files(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give each variable of ours; `X_FILE` becomes `X` with the file's content, without its last line break."""
    for name, value in environ.items():
        if not name.startswith(PREFIX):
            continue
        if not name.endswith("_FILE"):
            yield name, value
            continue
        try:
            yield name.removesuffix("_FILE"), Path(value).read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}: cannot read {value!r} ({error}); name a readable text file") from None


def _names(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _names(kind, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}"


def _nearest(name: str, known: set[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way out

    near = get_close_matches(name.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known], n=1)
    return f"did you mean {PREFIX}{near[0]}?" if near else "see the list in docs/settings.md"


def _one_line(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    name = PREFIX + "__".join(str(part).upper() for part in first["loc"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{name}: {first['msg']}{more}"
