"""`POST /api/v1/articles`: what it takes, what it refuses and how it says so."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from schemas.article import Article, SourceKind
from services.ingest.api.body import MAX_BODY_BYTES
from services.runtime.database import Database
from services.runtime.failure import Transient
from tests.ingest.conftest import HandClock, Published, push_client

PATH = "/api/v1/articles"
ONE = {
    "title": "Ministry restricts exports of gallium",
    "text": "The ministry said that exports of gallium need a licence from Monday.",
    "url": "https://Wire.example/gallium?utm_source=feed",
    "published": "2026-11-23T10:00:00+09:00",
    "lang": "en",
}


@pytest_asyncio.fixture
async def client(sqlite: Database, published: Published, clock: HandClock) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the push API."""
    async with push_client(sqlite, published, clock, {}) as open_client:
        yield open_client


def lines(*documents: object) -> bytes:
    """Write documents one a line."""
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in documents).encode()


async def test_one_article_becomes_one_message(client: httpx.AsyncClient, published: Published) -> None:
    """An article goes out with the contract's id, its times in UTC and its text untouched."""
    answer = await client.post(PATH, json=ONE)
    [article] = published.articles
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": [{"id": article.id, "revision": 1, "status": "new", "language": "en", "notes": []}],
        "rejected": [],
    }
    assert article.id == Article.id_for("https://wire.example/gallium", "", "")
    assert (article.text, article.url, article.language) == (ONE["text"], ONE["url"], "en")
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2026-11-23T01:00:00+00:00"
    assert article.source.kind is SourceKind.PUSH


async def test_the_same_again_and_an_edit(client: httpx.AsyncClient, published: Published) -> None:
    """The same article again is unchanged and not sent; an edit is revision 2."""
    statuses = []
    for text in ("a", "a", "b"):
        answer = await client.post(PATH, json={**ONE, "text": text})
        statuses.append((answer.json()["accepted"][0]["status"], answer.json()["accepted"][0]["revision"]))
    assert statuses == [("new", 1), ("unchanged", 1), ("revised", 2)]
    assert len(published.articles) == 2


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", json.dumps([ONE, {"title": "two"}]).encode()),
        ("application/x-ndjson", lines(ONE, {"title": "two"})),
        ("application/json", lines(ONE, {"title": "two"})),
        ("", lines(ONE, "", {"title": "two"}) + b"\n"),
        ("application/x-www-form-urlencoded", lines(ONE, {"title": "two"})),
    ],
)
async def test_many_at_once(client: httpx.AsyncClient, published: Published, content_type: str, body: bytes) -> None:
    """An array and lines both work, whatever a plain client calls them."""
    answer = await client.post(PATH, content=body, headers={"content-type": content_type} if content_type else {})
    assert [one["status"] for one in answer.json()["accepted"]] == ["new", "new"]
    assert len(published.articles) == 2


async def test_a_bad_line_does_not_take_the_good_ones_along(client: httpx.AsyncClient, published: Published) -> None:
    """Each bad line is named with its number and reason, the others are accepted."""
    body = lines(ONE, "{broken", {"text": ""}, 7, {"title": "fine"}, {"title": "x", "url": "ftp://a.example/"})
    answer = await client.post(PATH, content=body, headers={"content-type": "application/x-ndjson"})
    assert answer.status_code == 202
    assert len(answer.json()["accepted"]) == len(published.articles) == 2
    assert [one["line"] for one in answer.json()["rejected"]] == [2, 3, 4, 6]
    assert answer.json()["rejected"][0]["error"].startswith("not JSON at line 2, column 2")


async def test_a_plain_text_and_a_page(client: httpx.AsyncClient, published: Published) -> None:
    """A plain text has its first line as title; of a page the article's own text is taken."""
    await client.post(PATH, content=b"Headline\n\nBody of it.", headers={"content-type": "text/plain"})
    page = "<html><title>T &amp; U</title><body><nav>Menu</nav><article><p>Said <b>so</b>.</p></article></body></html>"
    await client.post(PATH, content=page, headers={"content-type": "text/html; charset=utf-8"})
    text, article = published.articles
    assert (text.title, text.text) == ("Headline", "Headline\n\nBody of it.")
    assert (article.title, article.text) == ("T & U", "Said so.")


BAD: list[tuple[bytes, dict[str, str], int, str]] = [
    (b"", {}, 400, "the body is empty"),
    (b" \n ", {}, 400, "the body is empty"),
    (b'{"title": "a",\n "text": }', {}, 400, "line 2, column 10"),
    (b"[" * 100_000, {}, 400, "nested too deeply"),
    (b"{broken\nbroken", {"content-type": "application/x-ndjson"}, 400, "line 1, column 2"),
    (b"\x89PNG\r\n\x1a\n\0\0", {}, 415, "binary"),
    (b'{"title": "\xff"}', {}, 415, "byte 11 (0xff) is not UTF-8"),
    (b"{}", {"content-type": "application/octet-stream"}, 415, "application/octet-stream"),
    (b"{}", {"content-type": "application/json; charset=euc-kr"}, 415, "euc-kr"),
    (b"{}", {"content-encoding": "br"}, 415, "br"),
    (b"{}", {"content-encoding": "gzip"}, 400, "gzip"),
    (b"{}", {}, 422, "all empty"),
    (b"7", {}, 422, "a number"),
    (b'{"title": ["a"]}', {}, 422, "title"),
    (b'{"title": "a", "url": "http://"}', {}, 422, "url"),
    (b'{"title": "a", "source": {"kind": "blog"}}', {}, 422, "source.kind"),
    (json.dumps({"text": "x" * 1_000_000}).encode(), {}, 422, "bytes"),
    (b'{"title": "a"}', {"idempotency-key": " "}, 400, "Idempotency-Key"),
]


@pytest.mark.parametrize("case", BAD)
async def test_bad_input_is_one_clear_problem(
    client: httpx.AsyncClient, published: Published, case: tuple[bytes, dict[str, str], int, str]
) -> None:
    """Each kind of bad input has its status and one line that says what is wrong; nothing goes out."""
    body, headers, status, says = case
    answer = await client.post(PATH, content=body, headers=headers)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"]) == (status, status)
    assert says in problem["title"] + problem["detail"]
    assert "\n" not in problem["detail"]
    assert published.articles == []


@pytest.mark.parametrize("packed", [False, True])
async def test_a_body_over_the_limit_is_refused(
    client: httpx.AsyncClient, published: Published, *, packed: bool
) -> None:
    """More than 10 MB is 413, and so is what unpacks to more."""
    body = b'{"title": "' + b"x" * MAX_BODY_BYTES + b'"}'
    headers = {"content-encoding": "gzip"} if packed else {}
    answer = await client.post(PATH, content=gzip.compress(body) if packed else body, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (413, "Body too large")
    assert published.articles == []


@pytest.mark.parametrize(
    ("given", "language", "noted"),
    [("tlh", "tlh", False), ("klingon, please", None, True), (None, None, False), ("pt-BR", "pt", False)],
)
async def test_an_unknown_language_is_accepted(
    client: httpx.AsyncClient, published: Published, given: str | None, language: str | None, *, noted: bool
) -> None:
    """A language nobody knows harms nothing: a code is kept as given, anything else left out and noted."""
    answer = await client.post(PATH, json={"title": "77 55 88", "language": given})
    assert answer.status_code == 202
    assert bool(answer.json()["accepted"][0]["notes"]) is noted
    assert published.articles[0].language == language


async def test_the_text_says_its_language_not_the_sender(client: httpx.AsyncClient, published: Published) -> None:
    """A declared language is no more than a hint: a long German text declared as French is German."""
    text = "Das Ministerium hat am Montag mitgeteilt, dass die Ausfuhr von Gallium künftig genehmigt werden muss."
    await client.post(PATH, json={"text": text, "language": "fr"})
    assert published.articles[0].language == "de"


async def test_doubtful_dates_are_noted(client: httpx.AsyncClient, published: Published, clock: HandClock) -> None:
    """A date that is none is left out, one in the future becomes now, one before the web is left out."""
    dates = ["soon", "2031-01-01", "0001-01-01", "2026-11-20"]
    answer = await client.post(PATH, json=[{"title": f"t{n}", "published_at": at} for n, at in enumerate(dates)])
    assert [bool(one["notes"]) for one in answer.json()["accepted"]] == [True, True, True, False]
    first, second, third, last = [one.published_at for one in published.articles]
    assert (first, second, third) == (None, clock(), None)
    assert str(last) == "2026-11-20 00:00:00+00:00"


async def test_a_source_may_be_named(client: httpx.AsyncClient, published: Published) -> None:
    """The sender may say who published it; what is left out is `push`."""
    await client.post(
        PATH, json={"title": "a", "source": {"id": "meti", "name": "METI", "kind": "official", "country": "jp"}}
    )
    await client.post(PATH, json={"title": "b", "source": {"name": "Desk"}})
    first, second = [one.source for one in published.articles]
    assert (first.id, first.kind, first.country) == ("meti", SourceKind.OFFICIAL, "JP")
    assert (second.id, second.name, second.kind) == ("Desk", "Desk", SourceKind.PUSH)


async def test_a_given_id_is_kept(client: httpx.AsyncClient, published: Published) -> None:
    """An id of the sender's own stands as it is, and a number is read as text."""
    answer = await client.post(PATH, json=[{"id": "dev-0007", "title": "a"}, {"id": 12, "title": "b"}])
    assert [one["id"] for one in answer.json()["accepted"]] == ["dev-0007", "12"]
    assert [one.id for one in published.articles] == ["dev-0007", "12"]


async def test_strange_characters_come_through(client: httpx.AsyncClient, published: Published) -> None:
    """A lone surrogate and control characters do not break the wire; everything else stays as it is."""
    body = b'{"title": "\\ud800 a\\u0000b", "text": "\\u202efa \\ud83d\\ude80 \xd9\x81"}'
    assert (await client.post(PATH, content=body)).status_code == 202
    [article] = published.articles
    assert (article.title, article.text) == ("\ufffd ab", "\u202efa \U0001f680 ف")
    assert Article.model_validate_json(article.model_dump_json()) == article


async def test_the_same_key_gives_the_same_answer(client: httpx.AsyncClient, published: Published) -> None:
    """A request sent twice under one key has one effect and one answer, `new` both times."""
    headers = {"idempotency-key": "k-1"}
    answers = [(await client.post(PATH, json=ONE, headers=headers)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[1]["accepted"][0]["status"] == "new"
    assert len(published.articles) == 1


async def test_a_key_is_for_one_body(client: httpx.AsyncClient, published: Published, clock: HandClock) -> None:
    """Another body under the same key is refused for 24 hours."""
    headers = {"idempotency-key": "k-1"}
    await client.post(PATH, json=ONE, headers=headers)
    refused = await client.post(PATH, json={"title": "other"}, headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (422, "Idempotency-Key reused")
    clock.move(hours=25)
    assert (await client.post(PATH, json={"title": "other"}, headers=headers)).status_code == 202
    assert len(published.articles) == 2


async def test_nothing_is_acknowledged_that_kafka_does_not_have(
    client: httpx.AsyncClient, published: Published
) -> None:
    """While Kafka is away the answer is 503 with a time to come back, and the key is free for the next attempt."""
    published.failure = Transient("Kafka does not take records")
    headers = {"idempotency-key": "k-1"}
    answer = await client.post(PATH, json=ONE, headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    published.failure = None
    again = await client.post(PATH, json=ONE, headers=headers)
    assert (again.status_code, again.json()["accepted"][0]["status"]) == (202, "new")


async def test_a_service_that_is_not_ready_says_so(sqlite: Database, published: Published, clock: HandClock) -> None:
    """Before database and broker are there, a push is told to come back."""
    async with push_client(sqlite, published, clock, {"start": "starting"}) as client:
        answer = await client.post(PATH, json=ONE)
    assert answer.status_code == 503
    assert "start: starting" in answer.json()["detail"]


async def test_openapi_shows_what_to_send(client: httpx.AsyncClient) -> None:
    """The OpenAPI document describes the article, without a reference that leads nowhere."""
    document: dict[str, Any] = (await client.get("/openapi.json")).json()
    body = document["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"id", "url", "title", "text", "html", "source"} <= set(body["oneOf"][0]["properties"])
    assert "$defs" not in json.dumps(document)
