"""The whole service on a real broker and over real HTTP."""

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from fastapi import FastAPI
from pydantic import SecretStr

from schemas.article import Article, ArticleRef
from schemas.page_request import PageRequest
from schemas.source_state import SourceState, SourceStatus
from schemas.topics import ARTICLES, PAGE_REQUESTS, SOURCES
from services.ingest.app import create_app
from services.local.kafka import KafkaServer
from services.runtime.settings import ApiSettings, EgressSettings, KafkaSettings, Settings, SettingsError
from tests.ingest.feeds import Entry, rss
from tests.ingest.serving import serving
from tests.ingest.site import open_site, reply

pytestmark = pytest.mark.system

PATH = "/api/v1/articles"
TOKEN = "a-token-for-tests"


def settings_for(home: Path, servers: str | None, *, allow_private: bool = False) -> Settings:
    """Point the service at a broker and a folder of its own."""
    return Settings(
        home=home,
        kafka=KafkaSettings(bootstrap_servers=servers),
        api=ApiSettings(token=SecretStr(TOKEN)),
        egress=EgressSettings(allow_private=allow_private),
    )


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Run the service and give a client that is allowed in, once it is ready."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with serving(app) as address, httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
        async with asyncio.timeout(30):
            while (await client.get("/health/ready")).status_code != httpx.codes.OK:  # noqa: ASYNC110 - as a probe does
                await asyncio.sleep(0.05)
        yield client


@pytest_asyncio.fixture
async def service(kafka: KafkaServer, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Run the service as it is installed."""
    async with running(create_app(settings_for(tmp_path, kafka.bootstrap_servers))) as client:
        yield client


async def read_until(kafka: KafkaServer, topic: str, enough: Callable[[list[bytes]], bool]) -> list[bytes]:
    """Read a topic from its beginning until there is enough, and return its values."""
    values: list[bytes] = []
    async with (
        AIOKafkaConsumer(
            topic, bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest", group_id=None
        ) as consumer,
        asyncio.timeout(60),
    ):
        while not enough(values):
            values.append((await consumer.getone()).value)
    return values


async def test_what_is_acknowledged_is_in_kafka(service: httpx.AsyncClient, kafka: KafkaServer) -> None:
    """After the 202 the article can be read from its topic, under its id, with schema and trace in the headers."""
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    title = f"Export ban {uuid.uuid4()}"
    answer = await service.post(PATH, json={"title": title}, headers={"traceparent": trace})
    [accepted] = answer.json()["accepted"]
    async with (
        AIOKafkaConsumer(
            ARTICLES.name, bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest", group_id=None
        ) as consumer,
        asyncio.timeout(30),
    ):
        async for record in consumer:
            if record.key.decode() == accepted["id"]:
                break
    headers = dict(record.headers)
    assert Article.model_validate_json(record.value).title == title
    assert headers["schema"] == b"article.v1"
    assert trace.split("-")[1].encode() in headers["traceparent"]


async def test_a_feed_that_is_set_comes_out(
    kafka: KafkaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feed set over HTTP is polled at once; its articles and its state are in Kafka, in this order of trust."""
    monkeypatch.setattr("services.ingest.app.bundled", dict)
    marker = uuid.uuid4().hex
    settings = settings_for(tmp_path, kafka.bootstrap_servers, allow_private=True)
    async with open_site() as site, running(create_app(settings)) as service:
        site.pages["/feed"] = reply(200, rss([Entry(1), Entry(2)]).replace(b"gazette", marker.encode()))
        document = {"url": site.url("/feed"), "name": "Gazette", "every": "1h"}
        assert (await service.put(f"/api/v1/sources/{marker}", json=document)).status_code == 201
        articles = await read_until(kafka, ARTICLES.name, lambda values: sum(marker.encode() in v for v in values) == 2)
        is_ok = f'"id":"{marker}"'.encode()
        states = await read_until(
            kafka, SOURCES.name, lambda values: any(is_ok in v and b'"articles_total":2' in v for v in values)
        )
    mine = [Article.model_validate_json(one) for one in articles if marker.encode() in one]
    told = [SourceState.model_validate_json(one).status for one in states if is_ok in one]
    assert [(one.source.name, one.revision, one.language) for one in mine] == [("Gazette", 1, "en")] * 2
    assert [told[0], told[-1]] == [SourceStatus.NEW, SourceStatus.OK]


async def test_a_page_that_classify_asks_for_comes_out(
    kafka: KafkaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request on its topic leads to the article's second revision, with the page's text."""
    monkeypatch.setattr("services.ingest.app.bundled", dict)
    marker = uuid.uuid4().hex
    story = f"The ministry {marker} said that exports of gallium need a licence from December on. " * 5
    settings = settings_for(tmp_path, kafka.bootstrap_servers, allow_private=True)
    async with open_site() as site, running(create_app(settings)) as service:
        url = site.url(f"/{marker}")
        site.pages[f"/{marker}"] = reply(200, f"<article><p>{story}</p></article>".encode(), content_type="text/html")
        await service.post(PATH, json={"title": "Gallium", "text": f"Short. {marker}", "url": url})
        values = await read_until(kafka, ARTICLES.name, lambda values: any(marker.encode() in v for v in values))
        article = Article.model_validate_json(values[-1])
        request = PageRequest(
            article_id=article.id,
            revision=1,
            url=url,
            reason="short",
            requested_at=article.fetched_at,
            article=ArticleRef.of(article),
        )
        async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers) as producer:
            await producer.send_and_wait(PAGE_REQUESTS.name, request.model_dump_json().encode())
        values = await read_until(
            kafka, ARTICLES.name, lambda values: sum(marker.encode() in value for value in values) == 2
        )
    second = Article.model_validate_json(next(v for v in reversed(values) if marker.encode() in v))
    assert (second.id, second.revision, second.title, second.text) == (article.id, 2, "Gallium", story.strip())


STARTED = """
import sys
from services.ingest.app import create_app
from services.runtime.logs import configure
from services.runtime.service import serve
from services.runtime.settings import load_settings
settings = load_settings()
configure(settings.log, "ingest")
sys.exit(serve(create_app(settings), "127.0.0.1", settings.ingest.port))
"""


async def test_it_stops_when_told_to(kafka: KafkaServer, tmp_path: Path) -> None:
    """SIGTERM in the middle of polls of the whole catalogue ends the process within 10 s, without an error."""
    environ = {
        **os.environ,
        "CHOKEPOINT_HOME": str(tmp_path),
        "CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "CHOKEPOINT_API__TOKEN": TOKEN,
        "CHOKEPOINT_INGEST__PORT": "0",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTED, env=environ, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    said = [await asyncio.wait_for(process.stderr.readuntil(b"\n"), 30)]
    async with asyncio.timeout(60):
        while b"poll_failed" not in said[-1] and b"articles_new" not in said[-1]:
            said.append(await process.stderr.readuntil(b"\n"))
    process.terminate()
    rest = await asyncio.wait_for(process.stderr.read(), 15)
    assert await process.wait() in {0, -signal.SIGTERM}, rest
    assert b"service.stopped" in rest
    assert b"part_failed" not in rest


async def test_nothing_is_served_without_the_token(service: httpx.AsyncClient) -> None:
    """No token and a wrong one are refused with a problem document; health asks for none."""
    for header in ("", "Bearer wrong", "Basic YTpi"):
        answer = await service.post(PATH, json={"title": "a"}, headers={"authorization": header})
        assert (answer.status_code, answer.json()["status"]) == (401, 401)
    assert (await service.get("/health/live", headers={"authorization": ""})).status_code == httpx.codes.OK


async def test_a_huge_body_gets_its_answer(service: httpx.AsyncClient) -> None:
    """50 MB sent over a real connection are answered with 413, not with a broken connection; the service goes on."""
    answer = await service.post(PATH, content=b"x" * 50 * 1024 * 1024)
    assert (answer.status_code, answer.json()["title"]) == (413, "Body too large")
    assert (await service.post(PATH, json={"title": "still here"})).status_code == 202


async def test_asyncapi_names_what_goes_out(service: httpx.AsyncClient) -> None:
    """The AsyncAPI document lists the topics this service writes."""
    document = (await service.get("/asyncapi")).text
    assert "chokepoint.articles.v1" in document
    assert "chokepoint.sources.v1" in document


def test_no_token_no_service(tmp_path: Path) -> None:
    """Without a token the service does not start, and says which setting is missing."""
    with pytest.raises(SettingsError, match="CHOKEPOINT_API__TOKEN"):
        create_app(Settings(home=tmp_path))
