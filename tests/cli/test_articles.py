"""Reading articles: every shape that people hand in, and everything that is no article."""

import io
import json
import re
from datetime import UTC, datetime

import pytest

from services.cli.articles import Entry, read_articles
from services.cli.errors import Failed
from services.cli.lines import read_lines

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def entries(content: str | bytes, name: str = "x") -> list[Entry]:
    """Read a stream to its end."""
    raw = content.encode() if isinstance(content, str) else content
    return list(read_articles(io.BytesIO(raw), name))


def titles(found: list[Entry]) -> list[str]:
    """Return the titles of what was read; a broken line is an empty one."""
    return [one.article.title if one.article else "" for one in found]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ('{"title": "a"}\n{"title": "b"}\n', "x", ["a", "b"]),
        ('\ufeff{"title": "a"}\r\n\r\n{"title": "b"}', "x.jsonl", ["a", "b"]),
        ('{"title": "a"}', "x.json", ["a"]),
        ('{\n  "title": "a",\n  "text": "t"\n}', "x", ["a"]),
        ('[{"title": "a"}, {"title": "b"}]', "x", ["a", "b"]),
        ("Headline\n\nThe story.", "x.txt", ["Headline"]),
        ("[Update] Headline\nThe story.", "x.txt", ["[Update] Headline"]),
        ('broken\n{"title": "b"}\n', "x", ["", "b"]),
        ('{"title": \n{"title": "b"}\n', "x", ["", "b"]),
    ],
)
def test_shapes(content: str, name: str, expected: list[str]) -> None:
    """JSONL, one JSON object, an array and plain text are told apart by what they hold."""
    assert titles(entries(content, name)) == expected


def test_plain_text_is_read_as_ingest_reads_it() -> None:
    """The first line is the title and the whole is the text, paragraphs kept."""
    article = entries("  A  title\nOne.\n\nTwo.\n")[0].article
    assert article
    assert (article.title, article.text) == ("A title", "A  title\nOne.\n\nTwo.")


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "x", "is empty"),
        (b" \n\n", "x", "is empty"),
        (b"\x7fELF\0\0", "x", "binary"),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "x", "binary"),
        (b"{\n 'title': 1}", "x", "line 2 column 2"),
        (b'{"title": "cut off', "x.json", "not valid JSON"),
        (b"plain", "x.json", "not valid JSON"),
        (b"a\n" * 600_000, "x", "larger than 900 kB"),
        (b"a" * 50_000_000, "x", "larger than 900 kB"),
    ],
)
def test_what_is_unusable_as_a_whole(content: bytes, name: str, reason: str) -> None:
    """Each is one line that names the file and says what is wrong."""
    with pytest.raises(Failed, match=reason) as failed:
        entries(content, name)
    assert failed.value.message.startswith(name)
    assert "\n" not in failed.value.message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"title": ', "not valid JSON"),
        ("[1]", "JSON array"),
        ("null", "JSON null"),
        ('{"title": " "}', "neither title nor text"),
        ('{"title": {}}', "title: "),
        ('{"title": "a", "published": "someday"}', "published: "),
        (json.dumps({"text": "x" * 900_001}), "900,001"),
        ("[" * 100_000, "not valid JSON|nested"),
    ],
)
def test_a_broken_line_says_why_and_the_rest_goes_on(line: str, reason: str) -> None:
    """One bad line has its number and reason; its neighbours are read."""
    found = entries(f'{{"title": "a"}}\n{line}\n{{"title": "c"}}\n')
    assert titles(found) == ["a", "", "c"]
    assert found[1].line == 2
    assert re.search(reason, found[1].problem)


def test_bytes_that_are_no_text_break_their_line_only() -> None:
    """A line in another encoding is one broken line of a JSONL file."""
    found = entries(b'{"title": "a"}\n{"title": "\xff"}\n{"title": "c"}\n')
    assert titles(found) == ["a", "", "c"]
    assert "UTF-8" in found[1].problem


def test_long_lines_are_passed_over_without_being_held() -> None:
    """A line beyond the bound is reported and the next one is read."""
    lines = list(read_lines(io.BytesIO(b"a\n" + b"b" * 50 + b"\nc"), max_bytes=10))
    assert [(line.number, line.content) for line in lines] == [(1, b"a"), (2, None), (3, b"c")]


def test_an_article_keeps_what_was_given() -> None:
    """Id, language, date and address come through; half a surrogate pair becomes a character of the same length."""
    line = r'{"id": 7, "title": "t", "text": "a\ud800b", "lang": "pt", "published": "2025-10-28", "url": "https://n.example/1"}'
    given = entries(line)[0].article
    assert given
    article = given.article(NOW)
    assert (article.id, article.text, article.language) == ("7", "a?b", "pt")
    assert article.published_at == article.fetched_at == datetime(2025, 10, 28, tzinfo=UTC)


def test_names_on_the_wire_are_taken_too() -> None:
    """An article read from Kafka can be handed in as it is; a mail date is a date."""
    given = entries('{"title": "t", "language": "de", "published_at": "Tue, 28 Oct 2025 10:00:00 +0900"}')[0].article
    assert given
    assert (given.lang, given.published) == ("de", datetime(2025, 10, 28, 1, tzinfo=UTC))


def test_ids_are_those_of_ingest() -> None:
    """Where no id is given, it is made from the address, else from the content, and never from the moment."""
    one, two = entries('{"title": "t", "url": "https://n.example/1"}\n{"title": "t"}\n')
    assert one.article
    assert two.article
    assert one.article.identity().startswith("art_")
    assert one.article.identity() != two.article.identity() == two.article.article(NOW).id
