"""Articles from a file or a pipe: JSONL, one JSON article, or one plain text; a broken line does not stop the rest."""

import itertools
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import PurePath
from typing import Annotated, Any, BinaryIO, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from schemas.article import Article, Source, SourceKind
from schemas.base import UtcDatetime
from services.cli.errors import Failed, one_line
from services.cli.lines import Line, read_lines

MAX_TEXT_BYTES: Final = 900_000
"""What ingest takes as one article, and the length of a long book: a larger one is a file given by mistake."""
LONGEST_TITLE: Final = 500
JSONL_SUFFIXES: Final = (".jsonl", ".ndjson")
SOURCE: Final = Source(id="file", name="file", kind=SourceKind.PUSH)


def _storable(value: Any) -> Any:
    """Replace halves of surrogate pairs, which JSON can spell but no UTF-8 can carry; the length stays."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _date(value: Any) -> Any:
    """Read the dates of mail and RSS (RFC 5322, section 3.3) too; ISO 8601 is pydantic's."""
    with suppress(ValueError, TypeError):
        return parsedate_to_datetime(value)
    return value or None


Text = Annotated[str, BeforeValidator(_storable)]


class GivenArticle(BaseModel):
    """One article as people hand it in; fields that only ingest knows are kept for it."""

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True)

    id: Text | None = Field(default=None, min_length=1, max_length=200)
    title: Text = ""
    text: Text = ""
    lang: str | None = Field(default=None, max_length=16)
    published: Annotated[UtcDatetime | None, BeforeValidator(_date)] = None
    url: Text | None = Field(default=None, max_length=4096)

    @model_validator(mode="before")
    @classmethod
    def _take_the_names_on_the_wire(cls, value: Any) -> Any:
        """Let an article that was read from Kafka be handed in as it is."""
        given = dict(value)
        for ours, theirs in (("lang", "language"), ("published", "published_at")):
            if theirs in given:
                given.setdefault(ours, given[theirs])
        return given

    def identity(self) -> str:
        """Return the id given, else the one that ingest would make."""
        return self.id or Article.id_for(self.url, self.title, self.text)

    def body(self) -> dict[str, Any]:
        """Return the JSON that the push API takes."""
        return self.model_dump(mode="json", exclude_unset=True)

    def article(self, now: datetime) -> Article:
        """Return the article as classify takes it; `now` stands for a time that is not given."""
        return Article(
            id=self.identity(),
            url=self.url,
            source=SOURCE,
            title=self.title,
            text=self.text,
            language=self.lang,
            published_at=self.published,
            fetched_at=self.published or now,
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """What stood on one line: an article, or the reason why it is none."""

    line: int
    article: GivenArticle | None = None
    problem: str = ""


def read_articles(stream: BinaryIO, name: str) -> Iterator[Entry]:
    """Give the articles of a stream in order, with bounded memory.

    Raises Failed, naming `name`, where the whole is unusable: empty, binary, too large for one text, invalid JSON.
    """
    lines = (line for line in read_lines(stream) if not line.blank)
    first = next(lines, None)
    if first is None:
        raise Failed(f"{name} is empty; give an article as text or JSON, or articles as JSONL")
    if first.content is not None and b"\0" in first.content:
        raise Failed(_binary(name))
    if PurePath(name).suffix.lower() in JSONL_SUFFIXES or _object(first):
        return map(_entry, itertools.chain([first], lines))  # before the second line has come: this may be a live pipe
    second = next(lines, None)
    rest = itertools.chain([first], [second] if second else [], lines)
    if second and _goes_on_as_jsonl(first, second):
        return map(_entry, rest)
    return iter([_whole(_joined(rest, name), name)]) if not _opens_array(first) else _array(_joined(rest, name), name)


def _goes_on_as_jsonl(first: Line, second: Line) -> bool:
    """Tell JSONL with a broken first line from a text or one JSON document over several lines."""
    begins = [line.content is not None and line.content.startswith(b"{") for line in (first, second)]
    return _object(second) or begins == [True, True]


def _object(line: Line) -> bool:
    with suppress(ValueError, RecursionError):
        return isinstance(json.loads(line.content or b""), dict)
    return False


def _opens_array(first: Line) -> bool:
    return (first.content or b"").lstrip().startswith(b"[")


def _entry(line: Line) -> Entry:
    if line.content is None:
        return Entry(line.number, problem="is longer than 10 MB; split it")
    try:
        return Entry(line.number, checked(json.loads(line.content)))
    except (ValueError, RecursionError) as error:
        return Entry(line.number, problem=_why(error))


def checked(value: Any) -> GivenArticle:
    """Return a JSON value as an article; raises ValueError with one line that says what is wrong with it."""
    if not isinstance(value, dict):
        raise ValueError(f"is a JSON {_kind(value)}, not an object with title and text")  # noqa: TRY004 - one kind of error for one kind of line
    try:
        article = GivenArticle.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"{first['loc'][0]}: {first['msg']}") from None
    if not (article.title.strip() or article.text.strip() or value.get("html")):
        raise ValueError("has neither title nor text")
    if len(article.text) > MAX_TEXT_BYTES:
        raise ValueError(f"text: has {len(article.text):,} characters; one article may have {MAX_TEXT_BYTES:,}")
    return article


def _kind(value: Any) -> str:
    names = {list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is not valid JSON ({error.msg} at column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return f"is not UTF-8 text (byte {error.start + 1})"
    return "is nested too deeply" if isinstance(error, RecursionError) else one_line(error)


def _joined(lines: Iterable[Line], name: str) -> str:
    """Read the whole of what is one document."""
    parts: list[bytes] = []
    size = at = 0
    for line in lines:
        content = line.content
        size += len(content) + 1 if content is not None else MAX_TEXT_BYTES + 1
        if size > MAX_TEXT_BYTES or content is None:
            raise Failed(
                f"{name} is larger than {MAX_TEXT_BYTES // 1000} kB, too large for one article; "
                "many articles go as JSONL, one a line"
            )
        parts += [b""] * (line.number - at - 1)  # blank lines part the paragraphs of a text
        parts.append(content)
        at = line.number
    return _decoded(b"\n".join(parts), name)


def _decoded(raw: bytes, name: str) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Failed(_binary(name)) from None
    if "\0" in text:
        raise Failed(_binary(name))
    return text


def _binary(name: str) -> str:
    return f"{name} is binary or not UTF-8; give plain text, JSON or JSONL in UTF-8 (iconv converts text)"


def _whole(text: str, name: str) -> Entry:
    if text.lstrip().startswith("{") or PurePath(name).suffix.lower() == ".json":
        return Entry(1, _parsed(text, name))
    return Entry(1, _plain(text))


def _parsed(text: str, name: str) -> GivenArticle:
    try:
        return checked(json.loads(text))
    except json.JSONDecodeError as error:
        raise Failed(f"{name} is not valid JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    except (ValueError, RecursionError) as error:
        raise Failed(f"{name} {_why(error)}") from None


def _plain(text: str) -> GivenArticle:
    """Take the first line as the title and the whole as the text, as ingest does with a plain text."""
    whole = text.strip()
    return GivenArticle(title=" ".join(whole.partition("\n")[0].split())[:LONGEST_TITLE], text=whole)


def _array(text: str, name: str) -> Iterator[Entry]:
    """Take a JSON array of articles; a text may begin with a bracket too."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        if PurePath(name).suffix.lower() == ".json":
            _parsed(text, name)
        return iter([Entry(1, _plain(text))])
    return (_numbered(number, value) for number, value in enumerate(values, start=1))


def _numbered(number: int, value: Any) -> Entry:
    try:
        return Entry(number, checked(value))
    except ValueError as error:
        return Entry(number, problem=str(error))
