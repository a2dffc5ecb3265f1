"""The picture of a backtest (pure): measures over time, one row each, stages coloured, articles as dots.

In: the records that the replay prints. Out: one HTML page that needs nothing else: no script, no network. Whatever
came from a text is escaped.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any, Final

STAGES: Final = {
    "proposed": "#9aa7b4",
    "adopted": "#c0392b",
    "expanded": "#7b1e12",
    "eased": "#e0a030",
    "ended": "#3c8d5a",
}
LEFT, WIDTH, ROW, TOP = 420, 900, 24, 34
"""Pixels: where the bars begin, how long the time line is, how high a row and the axis are."""
LABEL_CHARS = 62
"""As many letters as fit left of the bars."""
TICKS = 8
ONE_DAY = timedelta(days=1)

_STYLE: Final = """
body{font:14px/1.45 system-ui,sans-serif;margin:2rem;color:#1d2730;background:#fff;max-width:1400px}
svg{font-size:12px;display:block} .axis{stroke:#d5dbe1} .row:hover rect.bar{opacity:1} rect.bar{opacity:.8}
circle{fill:#1d2730;stroke:#fff} table{border-collapse:collapse;margin-top:2rem;width:100%}
td,th{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #e4e8ec}
.key{display:inline-block;width:.9em;height:.9em;margin:0 .35em 0 1em;vertical-align:-.1em}
small{color:#5b6873}
"""


def page(records: Sequence[dict[str, Any]], subject: str) -> str:
    """Return the page; `subject` says what was read."""
    shown = sorted(records, key=lambda record: (_begin(record), record["id"]))
    return "".join(
        (
            "<!doctype html><html lang=en><meta charset=utf-8>",
            f"<title>Backtest: {escape(subject)}</title><style>{_STYLE}</style>",
            f"<h1>Backtest</h1><p>{escape(subject)}: {_count(shown)}.</p>",
            f"<p>{''.join(_legend())}</p>",
            _drawing(shown) if shown else "<p>No measure was found.</p>",
            _table(shown) if shown else "",
            "</html>\n",
        )
    )


def _count(records: Sequence[dict[str, Any]]) -> str:
    articles = len({article for record in records for article in record["articles"]})
    alerts = sum(len(record["alerts"]) for record in records)
    return f"{len(records):,} measures from {articles:,} articles, {alerts:,} alerts"


def _legend() -> Iterator[str]:
    for stage, colour in STAGES.items():
        yield f'<span class=key style="background:{colour}"></span>{stage}'
    yield '<span class=key style="background:#1d2730;border-radius:50%"></span>an article'


def _drawing(records: Sequence[dict[str, Any]]) -> str:
    times = [time for record in records for time in _times(record)]
    first, last = min(times), max(times)
    last = max(last, first + ONE_DAY)
    height = TOP + ROW * len(records) + 10
    rows = (_row(record, number, first, last) for number, record in enumerate(records))
    return (
        f'<svg role=img aria-label="Measures over time" width={LEFT + WIDTH + 20} height={height} '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(_axis(first, last, height))}{"".join(rows)}</svg>'
    )


def _axis(first: datetime, last: datetime, height: int) -> Iterator[str]:
    for tick in range(TICKS + 1):
        at = first + (last - first) * tick / TICKS
        x = _x(at, first, last)
        yield f"<line class=axis x1={x} x2={x} y1={TOP - 8} y2={height} /><text x={x} y={TOP - 14} text-anchor=middle>"
        yield f"{at:%Y-%m-%d}</text>"


def _row(record: dict[str, Any], number: int, first: datetime, last: datetime) -> str:
    y = TOP + ROW * number
    name = escape(_name(record))
    label = name if len(name) <= LABEL_CHARS else f"{name[: LABEL_CHARS - 1]}…"
    return (
        f"<g class=row><title>{name}</title><text x={LEFT - 10} y={y + 15} text-anchor=end>{label}</text>"
        f"{''.join(_bars(record, y, first, last))}{''.join(_dots(record, y, first, last))}</g>"
    )


def _bars(record: dict[str, Any], y: int, first: datetime, last: datetime) -> Iterator[str]:
    """Give a bar for each stage, up to the next one; the last stage stands until the end of the picture."""
    stones = [(stone["stage"], _time(stone["at"])) for stone in record["milestones"]]
    ends = [*(at for _, at in stones[1:]), last]
    for (stage, at), end in zip(stones, ends, strict=True):
        x = _x(at, first, last)
        width = max(_x(end, first, last) - x, 3)
        yield f'<rect class=bar x={x} y={y + 4} width={width:.1f} height={ROW - 8} fill="{STAGES[stage]}">'
        yield f"<title>{stage} since {at:%Y-%m-%d}</title></rect>"


def _dots(record: dict[str, Any], y: int, first: datetime, last: datetime) -> Iterator[str]:
    for report in record["history"]:
        if report["dated"]:
            at = _time(report["at"])
            told = escape(f"{report['article']}, {at:%Y-%m-%d}: {report['stage']} ({report['confidence']:.2f})")
            yield f"<circle cx={_x(at, first, last)} cy={y + ROW / 2} r=3><title>{told}</title></circle>"


def _table(records: Sequence[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(_name(record))}<br><small>{escape(record['id'])}, {escape(record['state'])}</small>"
        f"<td>{len(record['articles'])}<td>{'<br>'.join(_told(record['alerts'])) or '<small>none</small>'}"
        for record in records
    )
    return f"<table><tr><th>Measure<th>Articles<th>Alerts{rows}</table>"


def _told(alerts: Iterable[dict[str, Any]]) -> Iterator[str]:
    for alert in alerts:
        what = escape(f"{alert['type']}: {alert['headline']}")
        yield f"{_time(alert['at']):%Y-%m-%d} {what} <small>{escape(alert['severity'])}</small>"


def _name(record: dict[str, Any]) -> str:
    """Return the headline last told; of a measure that was never believed, its facts."""
    if record["alerts"]:
        return str(record["alerts"][-1]["headline"])
    said = [record["kind"].replace("_", " "), "/".join(record["issuers"]), "/".join(record["targets"])]
    return " ".join(filter(None, [*said, ", ".join(record["commodities"])]))


def _times(record: dict[str, Any]) -> list[datetime]:
    stones = [stone["at"] for stone in record["milestones"]]
    return [_time(at) for at in (*stones, *(report["at"] for report in record["history"] if report["dated"]))]


def _begin(record: dict[str, Any]) -> datetime:
    return min(_times(record))


def _time(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(UTC)


def _x(at: datetime, first: datetime, last: datetime) -> float:
    return round(LEFT + WIDTH * ((at - first) / (last - first)), 1)
