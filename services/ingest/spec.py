"""A source as people write it: the document of `chokepoint apply`, the API and the bundled catalogue."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from schemas.article import Source, SourceKind
from services.ingest.addresses import MAX_LENGTH, NotAnAddress, canonical_url
from services.ingest.language import declared_code
from services.ingest.selection import Selection

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_EVERY = re.compile(r"(\d{1,6})\s*([smhd])")
_SHORTEST_SECONDS, _LONGEST_SECONDS = 5, 7 * 86400


class NotASource(ValueError):  # noqa: N818 - it says what the document is not
    """The document is no source; the message says which field and why, in one line."""


class SourceType(StrEnum):
    """How a source is read; one reader each, in `services.ingest.sources`."""

    FEED = "feed"
    SITEMAP = "sitemap"
    GDELT = "gdelt"
    FEDERAL_REGISTER = "federal-register"
    JSON_LIST = "json-list"
    PAGE = "page"
    SANCTIONS_LIST = "sanctions-list"
    FILE = "file"
    FOLDER = "folder"
    PUSH = "push"


LOCAL = frozenset({SourceType.FILE, SourceType.FOLDER, SourceType.PUSH})
"""Kinds that ask no server."""


def _every(value: Any) -> str:
    """Bring an interval to its shortest form: `600`, `600s` and `10m` are all `10m`."""
    text = f"{value:.0f}s" if isinstance(value, int | float) and not isinstance(value, bool) else str(value).strip()
    match = _EVERY.fullmatch(text)
    if not match:
        raise ValueError(f"{value!r} is not an interval: write 30s, 10m, 2h or 1d")
    seconds = int(match[1]) * _UNITS[match[2]]
    if not _SHORTEST_SECONDS <= seconds <= _LONGEST_SECONDS:
        raise ValueError(f"{value!r} is too short or too long: from 5s to 7d")
    unit = next(unit for unit in "dhms" if seconds % _UNITS[unit] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def _every_or_none(value: Any) -> str | None:
    return None if value is None else _every(value)


def _seconds(every: str) -> int:
    return int(every[:-1]) * _UNITS[every[-1]]


def _language(value: str | None) -> str | None:
    if value and declared_code(value) is None:
        raise ValueError(f"{value!r} is not a language code such as en or zh")
    return declared_code(value)


def _known_language(value: str) -> str:
    return _language(value) or ""


def _country(value: str | None) -> str | None:
    if value and not re.fullmatch(r"[A-Za-z0-9]{2,8}", value):
        raise ValueError(f"{value!r} is not a country or bloc such as JP or EU")
    return value.upper() if value else None


class SourceSpec(BaseModel):
    """One source. `kind: source` marks the document; `source_kind` (also `kind` itself) says who speaks there."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: str = Field(min_length=1, max_length=200, pattern=r"^[a-z0-9][a-z0-9._-]*$")
    type: SourceType = SourceType.FEED
    name: str = Field(default="", max_length=300)
    url: str | None = Field(default=None, max_length=MAX_LENGTH)
    """Address of the feed, sitemap, query, page or list."""
    path: str | None = Field(default=None, max_length=1024)
    """A file or folder inside the inbox, the folder `inbox` of the data folder."""
    language: Annotated[str | None, AfterValidator(_language)] = None
    """A hint for short texts, never the truth."""
    country: Annotated[str | None, AfterValidator(_country)] = None
    """ISO 3166-1 alpha-2 code or bloc."""
    source_kind: SourceKind = SourceKind.NEWS
    every: Annotated[str, BeforeValidator(_every)] = "10m"
    """How often to look: 30s, 10m, 2h, 1d."""
    slowest: Annotated[str | None, BeforeValidator(_every_or_none)] = None
    """How seldom to look while nothing comes; a source that brings little is asked less often, down to this."""
    select: Selection | None = None
    """Where the articles stand: for a page and a JSON list."""
    post: dict[str, Any] | None = None
    """JSON list only: asked by POST with this body."""
    languages: tuple[Annotated[str, AfterValidator(_known_language)], ...] = ()
    """GDELT only: articles in these languages; empty: in any."""
    packs: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")], ...] = ()
    """What it is good for: `wires`, `energy`, `semiconductors`, …; its language and `official` go without saying."""
    licence: str = Field(default="", max_length=300)
    """What its owner allows, in a few words."""
    enabled: bool = True
    note: str = Field(default="", max_length=1000)

    @model_validator(mode="before")
    @classmethod
    def _kind_of_document(cls, document: Any) -> Any:
        """Take `kind: source` as the mark of the document and any other kind as the source's own."""
        if not isinstance(document, dict) or "kind" not in document:
            return document
        rest = {name: value for name, value in document.items() if name != "kind"}
        return rest if document["kind"] == "source" else {"source_kind": document["kind"], **rest}

    @model_validator(mode="after")
    def _has_what_its_type_reads(self) -> Self:
        if self.type not in LOCAL:
            self._check_url()
        if self.type in {SourceType.FILE, SourceType.FOLDER}:
            self._check_path()
        if self.type in {SourceType.PAGE, SourceType.JSON_LIST}:
            self._check_selection()
        return self

    def _check_url(self) -> None:
        if not self.url:
            raise ValueError(f"url is missing: a {self.type} has the address of its document")
        try:
            canonical_url(self.url)
        except NotAnAddress as error:
            raise ValueError(f"url: {error}") from None

    def _check_selection(self) -> None:
        is_page = self.type is SourceType.PAGE
        if self.select is None or not (self.select.title or (is_page and self.select.items)):
            needed = "items, a CSS selector" if is_page else "title, the name of a member"
            raise ValueError(f"select is missing: a {self.type} needs at least select.{needed}")
        self.select.check(css=is_page)

    def _check_path(self) -> None:
        if not self.path:
            raise ValueError(f"path is missing: a {self.type} has a path inside the inbox")
        if self.path.startswith(("/", "~")) or ".." in re.split(r"[/\\]", self.path) or "\0" in self.path:
            raise ValueError(f"path {self.path[:80]!r} leads out of the inbox: give a path inside it, without ..")

    @property
    def interval(self) -> timedelta:
        """`every` as a duration."""
        return timedelta(seconds=_seconds(self.every))

    @property
    def longest_interval(self) -> timedelta | None:
        """`slowest` as a duration, where it is given."""
        return timedelta(seconds=_seconds(self.slowest)) if self.slowest else None

    @property
    def all_packs(self) -> frozenset[str]:
        """Every pack it belongs to: those it names, its language, and `official`."""
        official = ("official",) if self.source_kind is SourceKind.OFFICIAL else ()
        return frozenset((*self.packs, *filter(None, (self.language,)), *official))

    @property
    def source(self) -> Source:
        """Who an article of this source comes from."""
        return Source(id=self.id, name=self.name or self.id, kind=self.source_kind, country=self.country)

    def document(self) -> dict[str, Any]:
        """Return the document as the API gives it; reading it again gives the same source."""
        return {"kind": "source", **self.model_dump(mode="json", exclude_none=True)}


def read_spec(document: Any) -> SourceSpec:
    """Return the source of a document. Raises NotASource, one line that names the field."""
    if not isinstance(document, dict):
        raise NotASource("a source is a mapping with id, type and url")
    try:
        return SourceSpec.model_validate(document)
    except ValidationError as error:
        raise NotASource(_one_line(error)) from None


def _one_line(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = f"not a field of a source; its fields are {', '.join(SourceSpec.model_fields)}"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{where}: {message}{more}" if where else f"{message}{more}"
