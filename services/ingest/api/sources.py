"""`/api/v1/sources`: what is read, how often, and how it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from schemas.source_state import SourceState
from services.ingest.api.body import read_text
from services.ingest.book import Book
from services.ingest.documents import NotJson, read_documents
from services.ingest.rounds import PollQueue
from services.ingest.source_store import SourceStore
from services.ingest.spec import NotASource, SourceSpec, read_spec
from services.ingest.state import State
from services.runtime.clock import Clock
from services.runtime.logs import get_logger
from services.runtime.security import Problem

log = get_logger("ingest.sources")

_SHOWN_ONLY = ("state", "bundled")
"""Members that the API adds; a document read from it may be sent back as it is."""


@dataclass
class SourcesApi:
    """The objects API of sources."""

    book: Book
    store: SourceStore
    queue: PollQueue
    replan: Callable[[], None]
    """Have the scheduler follow the book."""
    clock: Clock

    async def all(self) -> dict[str, Any]:
        """Return every source with its state, by id."""
        states = await self.book.states()
        specs = sorted(self.book.specs.values(), key=lambda spec: spec.id)
        return {"items": [self._shown(spec, states.get(spec.id)) for spec in specs], "next_cursor": None}

    async def one(self, source_id: str) -> dict[str, Any]:
        """Return one source with its state. Raises Problem (404)."""
        spec = self._spec(source_id)
        return self._shown(spec, await self.book.state(spec))

    async def state(self, source_id: str) -> SourceState:
        """Return how one source does. Raises Problem (404)."""
        spec = self._spec(source_id)
        return self.book.message(spec, await self.book.state(spec))

    async def history(self, source_id: str) -> dict[str, Any]:
        """Return how one source did in the last 90 days, the newest change first. Raises Problem (404)."""
        self._spec(source_id)
        return {"items": await self.book.history(source_id), "next_cursor": None}

    async def put(self, source_id: str, document: Any) -> tuple[dict[str, Any], bool]:
        """Set a source and ask for it at once; return it, and whether it is new. Raises Problem (422)."""
        spec = _read(source_id, document)
        is_new = source_id not in self.book.specs
        if await self.book.put(spec):
            log.info("source.set", source_id=source_id, new=is_new)
            self.replan()
            await self._ask(spec)
        return await self.one(source_id), is_new

    async def remove(self, source_id: str) -> None:
        """Remove a source; one that is not there is gone already."""
        if await self.book.remove(source_id):
            log.info("source.removed", source_id=source_id)
            self.replan()

    async def poll(self, source_id: str) -> None:
        """Ask for a source now, whatever its back-off says. Raises Problem (404, 409)."""
        spec = self._spec(source_id)
        if not spec.enabled:
            raise Problem(409, "Source is disabled", f"{source_id} is disabled: enable it first")
        state = await self.book.state(spec)
        await self.store.save({source_id: state.model_copy(update={"not_before": None})})
        await self._ask(spec)

    async def _ask(self, spec: SourceSpec) -> None:
        if spec.enabled:
            await self.store.give_back(spec.id)
            self.queue.offer(spec.id, first=True)

    def _spec(self, source_id: str) -> SourceSpec:
        spec = self.book.specs.get(source_id)
        if spec is None:
            raise Problem(404, "No such source", f"there is no {source_id[:200]!r}; GET /api/v1/sources lists all")
        return spec

    def _shown(self, spec: SourceSpec, state: State | None) -> dict[str, Any]:
        message = self.book.message(spec, state or State(since=self.clock()))
        told = message.model_dump(mode="json", exclude={"source", "type", "url", "language", "every_seconds"})
        return {**spec.document(), "bundled": self.book.is_bundled(spec.id), "state": told}


def _read(source_id: str, document: Any) -> SourceSpec:
    if not isinstance(document, dict):
        raise Problem(422, "Not a source", "a source is a JSON object with type and url")
    given = {name: value for name, value in document.items() if name not in _SHOWN_ONLY}
    if given.setdefault("id", source_id) != source_id:
        raise Problem(422, "Not a source", f"id: {str(given['id'])[:200]!r} is not the id in the address")
    try:
        return read_spec(given)
    except NotASource as error:
        raise Problem(422, "Not a source", str(error)) from None


async def _document(request: Request) -> Any:
    text, _kind = await read_text(request)
    try:
        [document] = read_documents(text)
    except NotJson as error:
        raise Problem(400, "Invalid JSON", str(error)) from None
    except ValueError:
        raise Problem(422, "Not a source", "one source a request: this is a list of them") from None
    return document.value


def sources_router(api: SourcesApi) -> APIRouter:
    """Return the routes, documented for OpenAPI."""
    router = APIRouter(prefix="/api/v1/sources", tags=["sources"])
    body = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}

    @router.get("", summary="Every source with its state")
    async def list_sources() -> dict[str, Any]:
        return await api.all()

    @router.get("/{source_id}", summary="One source with its state")
    async def get_source(source_id: str) -> dict[str, Any]:
        return await api.one(source_id)

    @router.get("/{source_id}/state", summary="How one source does, as on chokepoint.sources.v1")
    async def get_state(source_id: str) -> SourceState:
        return await api.state(source_id)

    @router.get("/{source_id}/history", summary="How one source did in the last 90 days, the newest change first")
    async def get_history(source_id: str) -> dict[str, Any]:
        return await api.history(source_id)

    @router.put("/{source_id}", summary="Set a source", openapi_extra={"requestBody": body})
    async def put_source(source_id: str, request: Request) -> JSONResponse:
        document, is_new = await api.put(source_id, await _document(request))
        return JSONResponse(document, 201 if is_new else 200)

    @router.delete("/{source_id}", status_code=204, summary="Remove a source, one of the catalogue too")
    async def delete_source(source_id: str) -> Response:
        await api.remove(source_id)
        return Response(status_code=204)

    @router.post("/{source_id}/poll", status_code=202, summary="Poll a source now")
    async def poll_source(source_id: str) -> dict[str, str]:
        await api.poll(source_id)
        return {"status": "asked"}

    return router
