"""How facts are said on a page (pure)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from schemas.countries import english_name
from services.alert.channels.languages import language_name

KINDS: Final = {"export_control": "Export control", "sanction": "Sanction", "supply_pact": "Supply pact"}
KINDS_MANY: Final = {"export_control": "Export controls", "sanction": "Sanctions", "supply_pact": "Supply pacts"}
STAGES: Final = {
    "proposed": "Proposed",
    "adopted": "Adopted",
    "expanded": "Expanded",
    "eased": "Eased",
    "ended": "Ended",
}
TYPES: Final = {
    "opened": "New",
    "stage_changed": "Stage changed",
    "updated": "Updated",
    "corroborated": "Confirmed",
    "retracted": "Retracted",
}
SEVERITIES: Final = {"low": "Low", "medium": "Medium", "high": "High", "critical": "Critical"}
DELIVERIES: Final = {
    "pending": "Waiting",
    "sending": "Being sent",
    "delivered": "Delivered",
    "failed": "Failed",
    "suppressed": "Not sent",
}
SOURCES: Final = {
    "new": "not read yet",
    "ok": "well",
    "failing": "failing",
    "silent": "silent",
    "disabled": "switched off",
}
SOURCE_KINDS: Final = {
    "news": "News",
    "official": "Official",
    "company": "Company",
    "aggregator": "Aggregator",
    "push": "Pushed",
}
_CLAIMS: Final = {"kind": "kind of act", "stage": "stage", "instrument": "name of the act", "effective_on": "date"}
_UNITS: Final = ((86400, "day"), (3600, "hour"), (60, "minute"))


def ago(at: datetime, now: datetime) -> str:
    """Return `3 minutes ago`; console.js says the same."""
    seconds = int((now - at).total_seconds())
    for size, unit in _UNITS:
        count = abs(seconds) // size
        if count:
            span = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{span} ago" if seconds > 0 else f"in {span}"
    return "just now"


def moment(at: datetime) -> str:
    """Return `24 Nov 2026, 06:30 UTC`."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def day(at: Any) -> str:
    """Return `24 November 2026`."""
    return f"{at.day} {at:%B %Y}"


def places(codes: Iterable[str]) -> str:
    """Return the names of countries and blocs."""
    return ", ".join(english_name(code) for code in codes)


def language(code: str | None) -> str:
    """Return a language's name."""
    return language_name(code) or "Unknown language"


def hs(code: str) -> str:
    """Return an HS code as customs write it: 8112.92."""
    return f"{code[:4]}.{code[4:]}" if len(code) > 4 else code  # noqa: PLR2004 - a heading has four digits


def claim(text: str) -> str:
    """Return what a quote shows: `issuer: China`, `good: gallium`."""
    name, _, value = text.partition(":")
    if name in {"issuer", "target"}:
        return f"{name}: {english_name(value)}"
    if name == "commodity":
        return f"good: {value.replace('-', ' ')}"
    return f"{name}: {value}" if value else _CLAIMS.get(name, name)


def value(given: Any) -> str:
    """Return one side of a change."""
    if given is None or given in ([], ""):
        return "none"
    if isinstance(given, list):
        return ", ".join(value(one) for one in given)
    if isinstance(given, dict):
        return str(given.get("name") or given.get("id") or given)
    if isinstance(given, float):
        return percent(given)
    return str(given).replace("_", " ")


def percent(share: float) -> str:
    """Return 0.82 as `82 %`."""
    return f"{share * 100:.0f} %"


def count(number: int, one: str, many: str | None = None) -> str:
    """Return `1 source`, `2 sources`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
