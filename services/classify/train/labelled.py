"""Labelled texts: one article a line with the measures it reports."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.article import Article, Source, SourceKind
from schemas.commodities import commodities
from schemas.detection import Kind
from services.classify.normalise import fold_entry

FOLDER = Path(__file__).parents[1] / "training"
_SOURCE = Source(id="labelled", name="labelled", kind=SourceKind.NEWS)
_FETCHED = datetime(2026, 1, 1, tzinfo=UTC)


class LabelError(ValueError):
    """A labelled text that cannot be used; the message names file, line and what is wrong."""


class Gold(BaseModel):
    """One measure that a text reports, as its labels say."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    stage: str = Field(pattern="^(proposed|new|eased)$")
    issuers: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    commodities: frozenset[str] = frozenset()
    family: str = ""

    @property
    def goods(self) -> frozenset[str]:
        """The goods as ids of the taxonomy; names that it does not know are left out."""
        return frozenset(filter(None, map(_good_id, self.commodities)))


class Labelled(BaseModel):
    """One text with its labels."""

    model_config = ConfigDict(frozen=True)

    id: str
    lang: str
    title: str
    text: str
    published: str | None = None
    measures: tuple[Gold, ...] = ()
    ambiguous: bool = False

    @property
    def family(self) -> str:
        """What keeps texts on one story in one fold: the family of its first measure, or itself."""
        return (self.measures[0].family if self.measures else "") or self.id

    @property
    def article(self) -> Article:
        """The text as it comes to the reader."""
        day = datetime.fromisoformat(self.published).replace(tzinfo=UTC) if self.published else None
        return Article(
            id=self.id,
            source=_SOURCE,
            title=self.title,
            text=self.text,
            language=self.lang,
            published_at=day,
            fetched_at=_FETCHED,
        )


def read_labelled(paths: Iterable[Path]) -> list[Labelled]:
    """Return the texts of these files in order, without the ambiguous ones; raise LabelError for a wrong line."""
    return [text for path in paths for text in _lines(path) if not text.ambiguous]


def _lines(path: Path) -> Iterable[Labelled]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip():
            try:
                yield Labelled.model_validate_json(line)
            except ValidationError as error:
                fault = error.errors()[0]
                place = ".".join(map(str, fault["loc"]))
                raise LabelError(f"{path.name}:{number}: {place}: {fault['msg']}") from None


@cache
def _ids_by_name() -> Mapping[str, str]:
    names = {fold_entry(n): good.reported_as for good in commodities().values() for n in good.names.get("en", ())}
    return names | {fold_entry(good.id): good.reported_as for good in commodities().values()}


def _good_id(name: str) -> str | None:
    folded = fold_entry(name)
    known = _ids_by_name()
    return known.get(folded) or known.get(folded.removesuffix("s")) or known.get(folded + "s")
