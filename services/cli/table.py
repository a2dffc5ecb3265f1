"""Detections for people: one line each, and their evidence when asked for."""

from collections.abc import Iterable, Iterator

from schemas.detection import Detection
from services.cli.errors import one_line

KIND_WIDTH = 14
STAGE_WIDTH = 8
WHO_WIDTH = 18
GOODS_WIDTH = 28
QUOTE_WIDTH = 90
HEADER = (
    f"{'kind':{KIND_WIDTH}}  {'stage':{STAGE_WIDTH}}  {'who → whom':{WHO_WIDTH}}  {'goods':{GOODS_WIDTH}}  conf  quote"
)


def rows(detections: Iterable[Detection], *, explain: bool) -> Iterator[str]:
    """Give the lines of one article."""
    for detection in detections:
        yield _row(detection)
        if explain:
            yield from _explained(detection)


def _row(d: Detection) -> str:
    who = ",".join(d.issuers) or "?"
    whom = f" → {','.join(d.targets)}" if d.targets else ""
    return (
        f"{d.kind.value:{KIND_WIDTH}}  {d.stage.value:{STAGE_WIDTH}}  {_cut(who + whom, WHO_WIDTH):{WHO_WIDTH}}  "
        f"{_cut(', '.join(d.commodities), GOODS_WIDTH):{GOODS_WIDTH}}  {d.confidence:4.2f}  {_quote(d)}"
    )


def _quote(d: Detection) -> str:
    by_claim = sorted(d.evidence, key=lambda e: e.claim != "kind")
    return _cut(one_line(by_claim[0].quote), QUOTE_WIDTH) if by_claim else ""


def _explained(d: Detection) -> Iterator[str]:
    if d.instrument or d.effective_on:
        yield f"    act        {d.instrument or '-'}, effective {d.effective_on or '-'}"
    for evidence in d.evidence:
        yield f"    {evidence.claim:24}  {evidence.field} {evidence.start}-{evidence.end}: {one_line(evidence.quote)}"
    for reason in d.reasons:
        yield f"    because    {one_line(reason)}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
