"""Which revision a text is: pure decisions over what was seen before."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from schemas.article import Article, Source
from services.ingest.addresses import canonical_url


@dataclass(frozen=True)
class Draft:
    """A text as it came from a source, before it is known whether it is new."""

    source: Source
    title: str
    text: str
    fetched_at: datetime
    id: str | None = None
    """Given by whoever pushed it; otherwise made from the address or the content."""
    url: str | None = None
    language: str | None = None
    published_at: datetime | None = None

    @cached_property
    def article_id(self) -> str:
        """The stable id of the article this is a text of."""
        return self.id or Article.id_for(canonical_url(self.url) if self.url else None, self.title, self.text)

    @cached_property
    def content_hash(self) -> str:
        """What makes one revision differ from another: title and text, nothing else."""
        content = f"{self.title}\x1f{self.text}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(content).hexdigest()[:40]

    def article(self, revision: int) -> Article:
        """Return the article as it goes out."""
        return Article(
            id=self.article_id,
            revision=revision,
            url=self.url,
            source=self.source,
            title=self.title,
            text=self.text,
            language=self.language,
            published_at=self.published_at,
            fetched_at=self.fetched_at,
        )


class Status(StrEnum):
    """What a text is to what was seen before."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Known:
    """What is known of one article."""

    contents: Mapping[str, int]
    """Every content seen so far, by its hash, with the revision that carried it."""

    @property
    def revision(self) -> int:
        """The newest revision."""
        return max(self.contents.values())


@dataclass(frozen=True)
class Decision:
    """What becomes of one draft."""

    draft: Draft
    id: str
    revision: int
    status: Status

    @property
    def article(self) -> Article | None:
        """The article to publish, or None where nothing is to be said."""
        return None if self.status is Status.UNCHANGED else self.draft.article(self.revision)


def decide(drafts: Iterable[Draft], known: Mapping[str, Known]) -> list[Decision]:
    """Return what becomes of each draft, in order; drafts of one article in one batch build on each other."""
    now_known = dict(known)
    decisions = []
    for draft in drafts:
        decision = _decide(draft, now_known.get(draft.article_id))
        decisions.append(decision)
        if decision.status is not Status.UNCHANGED:
            now_known[decision.id] = _after(decision, now_known.get(decision.id))
    return decisions


def _decide(draft: Draft, known: Known | None) -> Decision:
    if known is None:
        return Decision(draft, draft.article_id, 1, Status.NEW)
    carried = known.contents.get(draft.content_hash)
    if carried is not None:
        return Decision(draft, draft.article_id, carried, Status.UNCHANGED)
    return Decision(draft, draft.article_id, known.revision + 1, Status.REVISED)


def _after(decision: Decision, known: Known | None) -> Known:
    contents = {**(known.contents if known else {}), decision.draft.content_hash: decision.revision}
    return Known(contents)
