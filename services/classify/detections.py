"""Detections: what was judged, as messages, each claim with the article's own words."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from schemas.article import ArticleRef
from schemas.detection import Detection, Detector, Evidence, Kind
from services.classify.dates import effective_on
from services.classify.document import Judgement
from services.classify.marks import Mark
from services.classify.naming import instrument_span
from services.classify.page import evidence, in_text
from services.classify.parties import hit_or_signing
from services.classify.segments import Page, Story

NAME = "lexicon"
VERSION = "1"


def detections(page: Page, judged: list[tuple[Story, Judgement]]) -> list[Detection]:
    """Return one detection per judgement that is told, ids by kind and order."""
    reference = ArticleRef.of(page.article)
    ordinals: dict[Kind, int] = defaultdict(int)
    result = []
    for story, judgement in judged:
        if judgement.told:
            kind = judgement.candidate.kind
            result.append(_detection(page, reference, story, judgement, ordinals[kind]))
            ordinals[kind] += 1
    return result


def _detection(page: Page, reference: ArticleRef, story: Story, judgement: Judgement, ordinal: int) -> Detection:
    kind = judgement.candidate.kind
    text = judgement.candidate.scene.text
    entities = hit_or_signing(judgement.candidate)
    instrument = _instrument(judgement)
    effective = _effective(judgement, reference)
    claims = [*_claims(judgement), *((f"entity:{name}", mark) for name, mark in entities.items())]
    claims += [(name, mark) for name, mark in (("instrument", instrument), ("effective_on", effective)) if mark]
    return Detection(
        id=Detection.id_for(reference, kind, ordinal),
        article=reference,
        kind=kind,
        stage=judgement.stage,
        issuers=tuple(sorted(judgement.issuers)),
        targets=tuple(sorted(judgement.targets)),
        entities=tuple(entities),
        commodities=tuple(sorted(judgement.goods)),
        instrument=text[instrument.start : instrument.end] if instrument else None,
        effective_on=date.fromisoformat(effective.value) if effective else None,
        confidence=judgement.confidence,
        evidence=tuple(_evidence(page, story, judgement, claim, mark) for claim, mark in claims),
        reasons=judgement.reasons,
        detector=Detector(name=NAME, version=VERSION),
    )


def _effective(judgement: Judgement, reference: ArticleRef) -> Mark | None:
    """Return the words that say when the act takes effect, the day as their value."""
    text = judgement.candidate.scene.text
    published = reference.published_at or reference.fetched_at
    if published is None:
        return None
    number = judgement.candidate.best.sentence.number
    near = [s for s in judgement.candidate.scene.sentences if s.title or number <= s.number <= number + 1]
    found = effective_on([(text[s.start : s.end], s.start, s.marks) for s in near], published.date())
    return Mark(found[1], found[2], "date", found[0].isoformat()) if found else None


def _claims(judgement: Judgement) -> Iterator[tuple[str, Mark]]:
    yield "kind", judgement.candidate.best.anchor
    yield "stage", judgement.stage_mark
    for prefix, claims in (
        ("issuer", judgement.issuers),
        ("target", judgement.targets),
        ("commodity", judgement.goods),
    ):
        for value in sorted(claims):
            yield f"{prefix}:{value}", claims[value]


def _instrument(judgement: Judgement) -> Mark | None:
    text = judgement.candidate.scene.text
    named = [mark for clause in judgement.candidate.clauses[:2] for mark in clause.sentence.having("instrument")]
    spans = [(*instrument_span(text, mark), mark) for mark in named]
    start, end, mark = max(spans, key=lambda span: span[1] - span[0], default=(0, 0, None))
    return mark._replace(start=start, end=end) if mark else None


def _evidence(page: Page, story: Story, judgement: Judgement, claim: str, mark: Mark) -> Evidence:
    """Prefer words of the text to the same words in the title."""
    if not in_text(page, story, mark):
        mark = next((other for other in _alike(judgement, mark) if in_text(page, story, other)), mark)
    return evidence(page, story, claim, mark)


def _alike(judgement: Judgement, mark: Mark) -> Iterator[Mark]:
    for sentence in judgement.candidate.scene.sentences:
        for other in sentence.marks:
            same_actor = mark.value and other.tag.startswith("actor.") and mark.tag.startswith("actor.")
            if other.value == mark.value and (other.tag == mark.tag or same_actor):
                yield other
