"""The whole service on a real broker and over real HTTP."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer
from pydantic import SecretStr

from schemas.article import Article
from schemas.topics import ARTICLES
from services.ingest.app import create_app
from services.local.kafka import KafkaServer
from services.runtime.settings import ApiSettings, KafkaSettings, Settings, SettingsError
from tests.ingest.serving import serving

pytestmark = pytest.mark.system

PATH = "/api/v1/articles"
TOKEN = "a-token-for-tests"


def settings_for(home: Path, servers: str | None) -> Settings:
    """Point the service at a broker and a folder of its own."""
    return Settings(home=home, kafka=KafkaSettings(bootstrap_servers=servers), api=ApiSettings(token=SecretStr(TOKEN)))


@pytest_asyncio.fixture
async def service(kafka: KafkaServer, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Run the service and give a client that is allowed in."""
    app = create_app(settings_for(tmp_path, kafka.bootstrap_servers))
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with serving(app) as address, httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
        async with asyncio.timeout(30):
            while (await client.get("/health/ready")).status_code != httpx.codes.OK:  # noqa: ASYNC110 - as a probe does
                await asyncio.sleep(0.05)
        yield client


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
    document = (await service.get("/asyncapi.json")).text
    assert "chokepoint.articles.v1" in document
    assert "chokepoint.sources.v1" in document


def test_no_token_no_service(tmp_path: Path) -> None:
    """Without a token the service does not start, and says which setting is missing."""
    with pytest.raises(SettingsError, match="CHOKEPOINT_API__TOKEN"):
        create_app(Settings(home=tmp_path))
