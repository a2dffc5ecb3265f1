"""Feed the sample news to a running system, as the world would: one article after another, by two ways in."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

import httpx

from services.cli.errors import Failed
from services.runtime.clock import Clock, utc_now

DESTINATION: Final = {"kind": "destination", "id": "demo-screen", "type": "log"}
SUBSCRIPTION: Final = {"kind": "subscription", "id": "demo-everything", "destinations": ["demo-screen"]}
INBOX: Final = "demo"
SOURCE: Final = {"kind": "source", "id": "demo-inbox", "type": "folder", "path": INBOX, "every": "5s"}
PACE_SECONDS: Final = 2.0
REQUEST_SECONDS: Final = 30.0

Give = Callable[[Mapping[str, Any]], Awaitable[str]]
"""Hand one article in; returns `new`, `revised`, `unchanged`, or `dropped` for one that is read later."""


class Running(Protocol):
    """Where a running system answers, without a slash at the end."""

    @property
    def ingest_url(self) -> str:
        """The push API."""

    @property
    def alert_url(self) -> str:
        """The API of destinations and subscriptions."""

    @property
    def token(self) -> str:
        """The bearer token of both."""


def sample_news() -> list[dict[str, Any]]:
    """Return the sample, in time order; `minutes_ago` says how long before the end of the demo each was published."""
    text = files("services.cli.demo").joinpath("news.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def stamped(news: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """Return the article as a source shows it, published as long ago as it says."""
    published = clock() - timedelta(minutes=news["minutes_ago"])
    rest = {name: value for name, value in news.items() if name != "minutes_ago"}
    return {**rest, "published": published.isoformat(timespec="seconds")}


def demo_feed(
    home: Path, out: TextIO, *, pace_seconds: float = PACE_SECONDS, clock: Clock = utc_now
) -> Callable[[Running], Coroutine[Any, Any, None]]:
    """Return what `up` runs once the services are ready; `home` is the data folder, `out` is where each title goes."""

    async def feed(running: Running) -> None:
        transport = httpx.AsyncHTTPTransport(retries=3)
        headers = {"authorization": f"Bearer {running.token}"}
        async with httpx.AsyncClient(
            transport=transport, headers=headers, timeout=REQUEST_SECONDS, trust_env=False
        ) as client:
            inbox = await _prepare(client, running, home)
            ways = (_pusher(client, running.ingest_url), _dropper(inbox))
            known = await _tell(sample_news(), ways, out, pace_seconds, clock)
        out.write(_farewell(known))
        out.flush()

    return feed


async def _prepare(client: httpx.AsyncClient, running: Running, home: Path) -> Path:
    """Set up where alerts go and the folder that ingest watches."""
    inbox = home / "inbox" / INBOX
    await asyncio.to_thread(inbox.mkdir, parents=True, exist_ok=True)
    for base, path, document in (
        (running.alert_url, "destinations", DESTINATION),
        (running.alert_url, "subscriptions", SUBSCRIPTION),
        (running.ingest_url, "sources", SOURCE),
    ):
        _check(await client.put(f"{base}/api/v1/{path}/{document['id']}", json=document))
    return inbox


def _check(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        said = answer.text[:200]
        raise Failed(
            f"the demo cannot go on: {answer.request.method} {answer.url} answered {answer.status_code} {said}"
        )
    return answer


def _pusher(client: httpx.AsyncClient, ingest_url: str) -> Give:
    async def push(article: Mapping[str, Any]) -> str:
        answer = _check(await client.post(f"{ingest_url}/api/v1/articles", json=article))
        return str(answer.json()["accepted"][0]["status"])

    return push


def _dropper(inbox: Path) -> Give:
    async def drop(article: Mapping[str, Any]) -> str:
        await asyncio.to_thread(_write_whole, inbox / f"{article['id']}.json", json.dumps(article, ensure_ascii=False))
        return "dropped"

    return drop


def _write_whole(path: Path, text: str) -> None:
    """Let the file appear with all of its text at once, under a name that readers pass over until then."""
    fresh = path.with_name(f".{path.name}")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


async def _tell(
    news: Sequence[Mapping[str, Any]], ways: Sequence[Give], out: TextIO, pace_seconds: float, clock: Clock
) -> bool:
    """Hand in one article after another, by each way in turn; tell whether they had been seen before."""
    known = False
    for number, one in enumerate(news):
        article = stamped(one, clock)
        known = await ways[number % len(ways)](article) == "unchanged" or known
        out.write(f"  news  {article['lang']}  {article['title']}\n")
        out.flush()
        await asyncio.sleep(pace_seconds)
    return known


def _farewell(known: bool) -> str:
    if known:
        return (
            "\nThis data folder had seen the sample news before, and nothing is told twice. "
            "To see it again, set CHOKEPOINT_HOME to an empty folder.\n"
        )
    return "\nThat was the sample news. The system keeps running: push an article of your own with `chokepoint push`.\n"
