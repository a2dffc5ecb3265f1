"""Server-Sent Events: each change once, none missed, and an end when the service stops."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from services.alert.api.stream import RESUME_AT_MOST, Stream
from tests.alert.api.site import Site
from tests.alert.reports import control, pact


async def read(stream: Stream, site: Site, count: int) -> list[tuple[str, str, Any]]:
    """Return the next events (kind, id, data) of a stream, then stop it."""
    found: list[tuple[str, str, Any]] = []
    async with asyncio.timeout(20):
        async for chunk in stream.chunks():
            found += [_event(text) for text in chunk.split("\n\n") if text.startswith("event:")]
            if len(found) >= count:
                site.deps.stopping.set()
    site.deps.stopping.clear()
    return found


def _event(text: str) -> tuple[str, str, Any]:
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    return fields["event"], fields["id"], json.loads(fields["data"])


async def test_what_comes_is_told_once(site: Site) -> None:
    """An alert and its measure each once, though every look goes back some seconds; what was before is not told."""
    await site.tell(pact(issuers="US JP", goods="rare-earths"))
    site.now += timedelta(minutes=1)
    stream = Stream(site.deps)
    reading = asyncio.create_task(read(stream, site, 4))
    await site.tell(control(issuers="CN", goods="gallium"))
    site.now += timedelta(seconds=3)
    await site.tell(control(issuers="CL", goods="copper"))
    events = await reading
    assert sorted(kind for kind, _, _ in events) == ["alert", "alert", "measure", "measure"]
    alerts = [data for kind, _, data in events if kind == "alert"]
    assert alerts == (await site.ask("GET", "/api/v1/alerts"))["items"][1::-1]
    measures = {data["id"]: data["headline"] for kind, _, data in events if kind == "measure"}
    assert measures == {alert["measure_id"]: alert["headline"] for alert in alerts}


async def test_after_a_break_nothing_is_missing(site: Site) -> None:
    """`Last-Event-ID` brings what came meanwhile, at most an hour of it; an id that is none of ours is no reason."""
    before = site.now
    await site.tell(control(issuers="CN", goods="gallium"))
    site.now += timedelta(minutes=30)
    events = await read(Stream(site.deps, before.isoformat()), site, 2)
    assert len(events) == 2
    site.now += RESUME_AT_MOST
    for last in (before.isoformat(), "nonsense", None):
        await asyncio.create_task(stopped(site, Stream(site.deps, last)))


async def stopped(site: Site, stream: Stream) -> None:
    """Read one stream that has nothing to tell and is told to stop."""
    site.deps.stopping.set()
    chunks = [chunk async for chunk in stream.chunks()]
    site.deps.stopping.clear()
    assert chunks == ["retry: 2000\n\n"]


async def test_the_route(site: Site) -> None:
    """The stream is plain text/event-stream that no cache or proxy holds back, and ends when the service stops."""
    site.deps.stopping.set()
    answer = await site.client.get("/api/v1/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["cache-control"] == "no-store"
