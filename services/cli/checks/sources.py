"""Each enabled source of the running system, read once as ingest reads it; nothing is kept of it."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from services.cli.api import Api
from services.cli.checks import Check, Failure
from services.cli.errors import Failed, one_line
from services.cli.extras import load
from services.cli.listing import listed
from services.cli.session import Session
from services.runtime.clock import utc_now
from services.runtime.egress import guarded_client
from services.runtime.failure import Permanent, Transient
from services.runtime.settings import Settings

AT_ONCE: Final = 8
STEP_SECONDS: Final = 15.0
WHOLE_SECONDS: Final = 45.0
LIST_SECONDS: Final = 200.0
"""A sanctions list has 30 MB."""


def source_checks(session: Session) -> Iterator[Check]:
    """Read every enabled source, several at once, and report them in order."""
    try:
        with Api(session, "ingest") as api:
            documents = [one for one in listed(api, "/api/v1/sources") if one.get("enabled", True)]
    except Failed as error:
        yield Check("sources", _raising(error))
        return
    if not documents:
        yield Check("sources", lambda: "none; `chokepoint apply` makes them")
    for start in range(0, len(documents), AT_ONCE):
        part = documents[start : start + AT_ONCE]
        for document, result in zip(part, asyncio.run(_probe_all(session.settings, part)), strict=True):
            yield Check(f"source {document['id']}", _raising(result) if isinstance(result, Exception) else result.strip)


def _raising(error: Exception) -> Any:
    def run() -> str:
        raise error

    return run


async def _probe_all(settings: Settings, documents: Sequence[dict[str, Any]]) -> list[str | Exception]:
    allow_private = settings.egress.allow_private
    sources = load("services.ingest.sources", "ingest")
    reader = load("services.ingest.sources.reader", "ingest")
    async with guarded_client(allow_private, timeout_seconds=STEP_SECONDS, user_agent=settings.user_agent) as client:
        robots = load("services.ingest.robots", "ingest")
        rules = robots.Robots(partial(robots.fetch_robots, client, allow_private=allow_private))
        crawl = load("services.ingest.crawl", "ingest").Crawl(rules, utc_now, time.monotonic)
        inbox = settings.home / "inbox"
        reach = reader.Reach(client, allow_private, inbox, utc_now(), page_turn=crawl.page)
        probes = [_probe(sources.READERS, document, reach) for document in documents]
        return [
            result if isinstance(result, str) else _as_failure(result)
            for result in await asyncio.gather(*probes, return_exceptions=True)
        ]


async def _probe(readers: Any, document: dict[str, Any], reach: Any) -> str:
    spec_module = load("services.ingest.spec", "ingest")
    known = spec_module.SourceSpec.model_fields.keys() | {"kind"}
    spec = spec_module.read_spec({name: value for name, value in document.items() if name in known})
    is_list = spec.type is spec_module.SourceType.SANCTIONS_LIST
    async with asyncio.timeout(LIST_SECONDS if is_list else WHOLE_SECONDS):
        fetched = await readers[spec.type].fetch(spec, {}, reach)
    count = len(fetched.items) if fetched.listed is None else fetched.listed
    moved = f"; moved for good to {fetched.moved_to}: correct the address" if fetched.moved_to else ""
    problems = f"; {len(fetched.problems)} unreadable: {fetched.problems[0]}" if fetched.problems else ""
    return f"{count} entries{moved}{problems}"


def _as_failure(error: BaseException) -> Exception:
    if isinstance(error, TimeoutError):
        return Failure(f"no answer within {WHOLE_SECONDS:.0f} s", "see whether the site is up")
    if isinstance(error, Transient):
        return Failure(one_line(error), "it may pass; ask again later")
    if isinstance(error, Permanent | ValueError):
        return Failure(one_line(error), "correct the source's document, or set `enabled: false`")
    return Failure(f"{type(error).__name__}: {one_line(error)}", "report it with the source's id")
