"""Bytes to JSON documents: one object, an array of them, or one a line; what cannot be read is named by its place."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MAX_DOCUMENTS = 10_000
_BYTE_ORDER_MARK = "\ufeff"


class NotText(ValueError):  # noqa: N818 - it says what the bytes are not
    """The bytes are no text in UTF-8; the message says where."""


class NotJson(ValueError):  # noqa: N818 - it says what the text is not
    """The text is no JSON; the message names line and column."""


@dataclass(frozen=True)
class Document:
    """One JSON value and the line it stands on (for an array: its position), counted from 1; or why it has none."""

    line: int
    value: Any = None
    error: str | None = None


def decode(body: bytes) -> str:
    """Return the text of a UTF-8 body. Raises NotText for anything else."""
    if b"\0" in body:
        raise NotText(f"byte {body.index(0)} is NUL: this is binary, not text")
    try:
        return body.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        raise NotText(f"byte {error.start} (0x{body[error.start]:02x}) is not UTF-8: send text in UTF-8") from None


def read_documents(text: str, *, lines: bool = False) -> list[Document]:
    """Return every document of a text; `lines` says that it is one a line whatever it looks like.

    A line that is no JSON becomes a Document with an error as long as another line is one. Raises NotJson where
    nothing can be read.
    """
    if not text.strip():
        raise NotJson("the body is empty: send one article as a JSON object, or one a line")
    if not lines:
        try:
            return list(_from_value(_load(text)))
        except NotJson:
            if not _looks_like_lines(text):
                raise
    return _read_lines(text)


def _from_value(value: Any) -> Iterator[Document]:
    if not isinstance(value, list):
        yield Document(1, value)
        return
    _check_count(len(value))
    for position, one in enumerate(value, start=1):
        yield Document(position, one)


def _read_lines(text: str) -> list[Document]:
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    _check_count(len(numbered))
    documents = [_read_line(number, line) for number, line in numbered]
    if all(document.error for document in documents):
        raise NotJson(f"line {documents[0].line}: {documents[0].error}")
    return documents


def _read_line(number: int, line: str) -> Document:
    try:
        return Document(number, _load(line, line=number))
    except NotJson as error:
        return Document(number, error=str(error))


def _load(text: str, line: int | None = None) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {line or error.lineno}, column {error.colno}"
        raise NotJson(f"not JSON at {where}: {error.msg}") from None
    except RecursionError:
        raise NotJson(f"not readable at line {line or 1}, column 1: it is nested too deeply") from None
    except ValueError as error:
        raise NotJson(f"not readable at line {line or 1}, column 1: {error}") from None


def _looks_like_lines(text: str) -> bool:
    """Tell JSON lines from one broken document: some line is a whole object by itself."""
    for line in text.split("\n"):
        if line.lstrip().startswith("{") and line.rstrip().endswith("}"):
            try:
                _load(line)
            except NotJson:
                continue
            return True
    return False


def _check_count(count: int) -> None:
    if count > _MAX_DOCUMENTS:
        raise NotJson(f"{count} articles in one request are too many: send at most {_MAX_DOCUMENTS}")
