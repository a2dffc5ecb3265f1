"""`POST /api/v1/articles`: articles pushed in, acknowledged only after Kafka has them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from schemas.article import Source, SourceKind
from services.ingest.answers import Answers, Verdict
from services.ingest.api.body import read_text
from services.ingest.api.failures import RETRY_AFTER_SECONDS
from services.ingest.book import PUSH_ID
from services.ingest.documents import Document, NotJson, read_documents
from services.ingest.identity import Decision, Status
from services.ingest.intake import Intake
from services.ingest.language import Detect
from services.ingest.metrics import REJECTED
from services.ingest.pushed import NotAnArticle, Pushed, PushedArticle, from_plain_text, read_pushed
from services.runtime.clock import Clock
from services.runtime.logs import get_logger
from services.runtime.security import Problem
from services.runtime.tracing import use

log = get_logger("ingest.push")

PUSH = Source(id=PUSH_ID, name="push", kind=SourceKind.PUSH)
MAX_KEY_LENGTH = 255
_SMALL_CHARS = 20_000
"""Read at once; more is read in a thread, so that others are answered meanwhile."""


class Accepted(BaseModel):
    """One article that Kafka has."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    revision: int
    status: str
    """`new`, `revised`, or `unchanged` where exactly this text was seen before."""
    language: str | None = None
    """ISO 639-1 code of the language it was found to be in; None where nothing tells."""
    notes: tuple[str, ...] = ()
    """What was doubtful and how it was read."""


class Rejected(BaseModel):
    """One document that is no article."""

    line: int
    error: str


class PushAnswer(BaseModel):
    """What became of each article, in order."""

    accepted: list[Accepted] = Field(default_factory=list)
    rejected: list[Rejected] = Field(default_factory=list)


@dataclass
class Push:
    """Reads pushed articles and takes them in."""

    intake: Intake
    answers: Answers
    clock: Clock
    detect: Detect
    count: Callable[[int], None]
    """Told how many new or edited articles a request brought."""

    async def receive(self, request: Request, key: str | None) -> PushAnswer:
        """Take one request in. Raises Problem for a bad one, Transient while Kafka is away."""
        text, kind = await read_text(request)
        if len(text) <= _SMALL_CHARS:
            pushed, rejected = self._read(text, kind)
        else:
            pushed, rejected = await asyncio.to_thread(self._read, text, kind)
        return await self._once(key, f"{kind}\n{text}".encode(), pushed, rejected)

    def _read(self, text: str, kind: str) -> tuple[list[Pushed], list[Rejected]]:
        pushed: list[Pushed] = []
        rejected: list[Rejected] = []
        for document in _documents(text, kind):
            try:
                pushed.append(self._one(document))
            except NotAnArticle as error:
                rejected.append(Rejected(line=document.line, error=str(error)))
        REJECTED.labels("push").inc(len(rejected))
        if not pushed:
            raise Problem(422, "No article", f"line {rejected[0].line}: {rejected[0].error}", rejected=_plain(rejected))
        return pushed, rejected

    def _one(self, document: Document) -> Pushed:
        if document.error:
            raise NotAnArticle(document.error)
        return read_pushed(document.value, PUSH, self.clock(), self.detect)

    async def _once(
        self, key: str | None, body: bytes, pushed: Sequence[Pushed], rejected: Sequence[Rejected]
    ) -> PushAnswer:
        """Take the articles in, or give the kept answer where this key has one."""
        if key is None:
            return await self._take(pushed, rejected)
        asked = await self.answers.ask(_checked(key), body, self.clock())
        if asked.verdict is Verdict.REPEAT:
            return PushAnswer.model_validate(asked.answer)
        if asked.verdict is not Verdict.FIRST:
            raise _key_in_the_way(asked.verdict)
        try:
            answer = await self._take(pushed, rejected)
        except BaseException:
            await self.answers.give_back(key)
            raise
        await self.answers.keep(key, answer.model_dump(mode="json"))
        return answer

    async def _take(self, pushed: Sequence[Pushed], rejected: Sequence[Rejected]) -> PushAnswer:
        decisions = await self.intake.take([one.draft for one in pushed])
        accepted = [_accepted(decision, one) for decision, one in zip(decisions, pushed, strict=True)]
        self.count(sum(decision.status is not Status.UNCHANGED for decision in decisions))
        log.debug("push.accepted", accepted=len(accepted), rejected=len(rejected), first_id=accepted[0].id)
        return PushAnswer(accepted=accepted, rejected=list(rejected))


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Return a JSON Schema with every reference replaced by what it refers to: OpenAPI has no `$defs`."""
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    return {name: _inlined(one, definitions) for name, one in schema.items() if name != "$defs"}


def _request_body() -> dict[str, Any]:
    whole = PushedArticle.model_json_schema()
    article = _inlined(whole, whole["$defs"])
    text = {"schema": {"type": "string"}}
    one_or_many = {"schema": {"oneOf": [article, {"type": "array", "items": article}]}}
    content = {"application/json": one_or_many, "application/x-ndjson": text, "text/plain": text, "text/html": text}
    return {"required": True, "content": content}


def articles_router(push: Push) -> APIRouter:
    """Return the route, documented for OpenAPI."""
    router = APIRouter(prefix="/api/v1", tags=["articles"])

    @router.post(
        "/articles",
        status_code=202,
        response_model=PushAnswer,
        summary="Push one article, a JSON array of them, or one a line (NDJSON)",
        openapi_extra={"requestBody": _request_body()},
    )
    async def push_articles(
        request: Request, idempotency_key: Annotated[str | None, Header(max_length=MAX_KEY_LENGTH)] = None
    ) -> JSONResponse:
        """Answer 202 only after Kafka has every accepted article."""
        with use(request.headers.get("traceparent")):
            answer = await push.receive(request, idempotency_key)
        return JSONResponse(answer.model_dump(mode="json"), 202)

    return router


def _documents(text: str, kind: str) -> list[Document]:
    if kind == "text/html":
        return [Document(1, {"html": text})]
    if kind == "text/plain":
        return [Document(1, from_plain_text(text))]
    try:
        return read_documents(text, lines=kind == "lines")
    except NotJson as error:
        raise Problem(400, "Invalid JSON", str(error)) from None


def _accepted(decision: Decision, pushed: Pushed) -> Accepted:
    return Accepted(
        id=decision.id,
        revision=decision.revision,
        status=decision.status.value,
        language=pushed.draft.language,
        notes=pushed.notes,
    )


def _plain(rejected: Sequence[Rejected]) -> list[dict[str, Any]]:
    return [one.model_dump() for one in rejected[:100]]


def _checked(key: str) -> str:
    if not key.strip():
        raise Problem(400, "Empty Idempotency-Key", "give a key of 1 to 255 characters, or none")
    return key


def _key_in_the_way(verdict: Verdict) -> Problem:
    if verdict is Verdict.OTHER_BODY:
        return Problem(422, "Idempotency-Key reused", "this key was used for another body: take a new key")
    return Problem(
        409,
        "Still in progress",
        "the first request with this key is still being worked on: ask again",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
