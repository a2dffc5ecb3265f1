"""What a person is told about an alert, as plain lines: the same facts for Slack, mail and whatever comes next."""

from dataclasses import dataclass

from schemas.alert import Alert, AlertType, Change, Quote
from schemas.countries import english_name
from schemas.detection import Kind
from schemas.measure import Good
from services.alert.channels.contract import Because, Message
from services.alert.channels.languages import language_name
from services.alert.channels.plain_text import direction, one_line, safe_url, shortened

_KINDS = {Kind.EXPORT_CONTROL: "Export control", Kind.SANCTION: "Sanction", Kind.SUPPLY_PACT: "Supply pact"}
_TYPES = {
    AlertType.OPENED: "New",
    AlertType.STAGE_CHANGED: "Stage changed",
    AlertType.UPDATED: "Updated",
    AlertType.CORROBORATED: "Confirmed by another source",
    AlertType.RETRACTED: "Retracted",
}
_MAX_HEADLINE, _MAX_QUOTE, _MAX_NAME, _MAX_REASON = 500, 600, 200, 200
_SHOWN_QUOTES, _SHOWN_SOURCES, _SHOWN_GOODS, _SHOWN_ENTITIES, _SHOWN_PLACES, _SHOWN_CHANGES = 3, 8, 12, 12, 20, 6


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence in its own language."""

    text: str
    source: str
    url: str | None
    language: str | None
    """ISO 639-1 code, for HTML's `lang`."""
    language_name: str | None
    direction: str
    """`rtl` or `ltr`, for HTML's `dir`."""


@dataclass(frozen=True, slots=True)
class Link:
    """A source that reported it."""

    name: str
    url: str | None
    language_name: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything shown, each text on one line, cleaned and shortened; nothing is escaped yet."""

    headline: str
    what: str
    """`New · Export control · adopted`."""
    severity: str
    severity_reasons: tuple[str, ...]
    who: str
    """`China → Japan, United States`, or the parties of a pact."""
    goods: tuple[str, ...]
    entities: tuple[str, ...]
    effective_on: str | None
    instrument: str | None
    changes: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    sources: tuple[Link, ...]
    because: tuple[str, ...]
    url: str
    may_repeat: bool
    test: bool


def facts(message: Message) -> Facts:
    """Return what this message tells."""
    alert, measure = message.alert, message.alert.measure
    return Facts(
        headline=shortened(one_line(alert.headline), _MAX_HEADLINE) or "Alert without a headline",
        what=" · ".join(("Test" if message.test else _TYPES[alert.type], _KINDS[measure.kind], measure.stage.value)),
        severity=alert.severity.value,
        severity_reasons=_lines(alert.severity_reasons),
        who=_who(alert),
        goods=_some([_good(good) for good in measure.commodities], _SHOWN_GOODS),
        entities=_some([shortened(one_line(name), _MAX_NAME) for name in measure.entities], _SHOWN_ENTITIES),
        effective_on=measure.effective_on.isoformat() if measure.effective_on else None,
        instrument=shortened(one_line(measure.instrument), _MAX_NAME) if measure.instrument else None,
        changes=_some([_change(change) for change in alert.changes], _SHOWN_CHANGES),
        evidence=tuple(_evidence(quote) for quote in alert.evidence[:_SHOWN_QUOTES]),
        sources=_sources(alert),
        because=tuple(_because(each) for each in message.because[:_SHOWN_CHANGES]),
        url=message.measure_url,
        may_repeat=message.may_repeat,
        test=message.test,
    )


def _who(alert: Alert) -> str:
    measure = alert.measure
    issuers = ", ".join(_some([english_name(code) for code in measure.issuers], _SHOWN_PLACES))
    targets = ", ".join(_some([english_name(code) for code in measure.targets], _SHOWN_PLACES))
    return f"{issuers or 'not named'} → {targets}" if targets else issuers or "not named"


def _good(good: Good) -> str:
    codes = ", ".join(_hs(code) for code in good.hs[:_SHOWN_CHANGES])
    return f"{one_line(good.name)} (HS {codes})" if codes else one_line(good.name)


def _hs(code: str) -> str:
    """Write an HS code as customs do: 811292 is 8112.92."""
    digits = "".join(digit for digit in code if digit.isdigit())
    return f"{digits[:4]}.{digits[4:]}" if len(digits) > 4 else digits  # noqa: PLR2004 - a heading has four digits


def _change(change: Change) -> str:
    name = change.field.replace("_", " ")
    return shortened(one_line(f"{name}: {_value(change.before)} → {_value(change.after)}"), _MAX_REASON)


def _value(value: object) -> str:
    if value is None or value in ([], ""):
        return "none"
    if isinstance(value, list | tuple):
        return ", ".join(str(each.get("id", each) if isinstance(each, dict) else each) for each in value)
    return str(value)


def _evidence(quote: Quote) -> Evidence:
    return Evidence(
        text=shortened(one_line(quote.quote), _MAX_QUOTE),
        source=shortened(one_line(quote.source), _MAX_NAME) or "source",
        url=safe_url(quote.url),
        language=quote.language,
        language_name=language_name(quote.language),
        direction=direction(quote.language),
    )


def _sources(alert: Alert) -> tuple[Link, ...]:
    links = [
        Link(shortened(one_line(report.source.name), _MAX_NAME), safe_url(report.url), language_name(report.language))
        for report in alert.measure.sources
    ]
    left = len(links) - _SHOWN_SOURCES
    more = [Link(f"{left} more", None, None)] if left > 0 else []
    return tuple(links[:_SHOWN_SOURCES] + more)


def _because(each: Because) -> str:
    reasons = "; ".join(_lines(each.reasons))
    return f"{each.subscription}: {reasons}" if reasons else each.subscription


def _lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    return _some([shortened(one_line(text), _MAX_REASON) for text in texts], _SHOWN_GOODS)


def _some(texts: list[str], limit: int) -> tuple[str, ...]:
    """Keep the first ones, and say how many more there are."""
    left = len(texts) - limit
    return tuple(texts) if left <= 0 else (*texts[:limit], f"and {left} more")
