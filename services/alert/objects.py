"""Destinations and subscriptions: the objects that people write, in YAML or through the API."""

import re
from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from schemas.alert import Severity
from schemas.detection import Kind, Stage

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$", description="lower-case letters, digits, . _ -")]
HsCode = Annotated[str, Field(pattern=r"^\d{2}(\.?\d{2}){0,2}$", description="HS 2022, 2 to 6 digits")]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}; use an IANA name such as Europe/Berlin") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]


class Document(BaseModel):
    """A YAML document: an unknown key is a mistake worth saying."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Destination(Document):
    """Where alerts go."""

    kind: Literal["destination"] = "destination"
    id: Id
    type: Literal["slack", "email", "webhook", "log"]
    url: str | None = None
    """Slack's incoming webhook, or the address of a webhook."""
    url_file: str | None = None
    """A file that holds the address, where it is itself a secret (Slack)."""
    to: tuple[str, ...] = ()
    """E-mail addresses."""
    secret: SecretStr | None = None
    """`whsec_…`; never shown again."""
    secret_file: str | None = None
    previous_secret: SecretStr | None = None
    """Valid beside `secret` while receivers change over."""
    previous_secret_file: str | None = None
    enabled: bool = True

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> "Destination":
        if self.type in {"slack", "webhook"} and not (self.url or self.url_file):
            raise ValueError(f"a {self.type} destination needs `url` (or `url_file`)")
        if self.type == "email" and not self.to:
            raise ValueError("an email destination needs `to`: a list of addresses")
        if self.type == "webhook" and not (self.secret or self.secret_file):
            raise ValueError(
                "a webhook destination needs `secret_file` (or `secret`): whsec_ and base64 of 24 to 64 bytes"
            )
        for address in self.to:
            if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", address):
                raise ValueError(f"{address!r} in `to` is not an e-mail address")
        return self


class Match(Document):
    """Every line that is given must hold; a list means any of these."""

    kinds: tuple[Kind, ...] = ()
    stages: tuple[Stage, ...] = ()
    issuers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    commodities: tuple[str, ...] = ()
    """Ids of goods or of groups."""
    hs: tuple[HsCode, ...] = ()
    """Any digit depth: 85 matches 8505.11."""
    min_severity: Severity | None = None
    min_confidence: float = Field(default=0.5, ge=0, le=1)
    types: tuple[Literal["opened", "stage_changed", "updated", "corroborated", "retracted"], ...] = (
        "opened",
        "stage_changed",
        "updated",
        "retracted",
    )
    """Which changes to tell; a corroboration is told to those who ask for it."""


class Digest(Document):
    """One message for a whole window."""

    digest: Literal["hourly", "daily", "weekdays", "weekly"]
    at: time = time(7, 30)
    timezone: Zone = "UTC"


class QuietHours(Document):
    """Hold between these local times, then deliver."""

    from_: time = Field(alias="from")
    to: time
    timezone: Zone = "UTC"
    except_severity: Severity | None = None
    """Alerts of this severity or a higher one are sent at once."""

    @model_validator(mode="after")
    def _end(self) -> "QuietHours":
        if self.from_ == self.to:
            raise ValueError("`from` and `to` are the same time; to send nothing at all write `enabled: false`")
        if self.from_.tzinfo or self.to.tzinfo:
            raise ValueError("`from` and `to` are times without an offset; the zone goes into `timezone`")
        return self


class Subscription(Document):
    """Who wants which measures, where, when and how."""

    kind: Literal["subscription"] = "subscription"
    id: Id
    destinations: tuple[Id, ...] = Field(min_length=1)
    match: Match = Match()
    schedule: Literal["realtime"] | Digest = "realtime"
    quiet_hours: QuietHours | None = None
    enabled: bool = True

    @model_validator(mode="after")
    def _asks_only_for_what_there_is(self) -> "Subscription":
        """Refuse what this version would silently ignore: a digest sent at once is not what was asked for."""
        if self.schedule != "realtime":
            raise ValueError("`schedule`: digests are not available yet; write `schedule: realtime`")
        return self


def kept_document(thing: Destination | Subscription) -> dict[str, Any]:
    """Return the object as it is kept in the database: whole, secrets in the clear."""
    document = thing.model_dump(mode="json", by_alias=True)
    for name in thing.model_fields_set:
        value = getattr(thing, name)
        if isinstance(value, SecretStr):
            document[name] = value.get_secret_value()
    return document


def public_document(thing: Destination | Subscription) -> dict[str, Any]:
    """Return the object as it may be shown: without what is unset, secrets masked."""
    return thing.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"kind": thing.kind, "id": thing.id}
