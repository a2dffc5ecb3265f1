"""Detections for people: one line each, and their evidence when asked for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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


def passed_over_rows(passed_over: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Give the lines about what an article might have reported and does not."""
    for one in passed_over:
        what = _columns(one["kind"], one["stage"], one["issuers"], one["targets"], one["commodities"])
        yield f"  passed over: {what}  {one['confidence']:4.2f}  {one_line('; '.join(one['because']))}"


def _row(d: Detection) -> str:
    what = _columns(d.kind.value, d.stage.value, d.issuers, d.targets, d.commodities)
    return f"{what}  {d.confidence:4.2f}  {_quote(d)}"


def _columns(kind: str, stage: str, issuers: Iterable[str], targets: Iterable[str], goods: Iterable[str]) -> str:
    who, whom = ",".join(issuers) or "?", ",".join(targets)
    parties = _cut(f"{who} → {whom}" if whom else who, WHO_WIDTH)
    things = _cut(", ".join(goods), GOODS_WIDTH)
    return f"{kind:{KIND_WIDTH}}  {stage:{STAGE_WIDTH}}  {parties:{WHO_WIDTH}}  {things:{GOODS_WIDTH}}"


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
