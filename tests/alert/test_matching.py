"""Which subscription wants which alert, and why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.alert import Alert, AlertType, Change
from schemas.detection import Detection
from services.alert.alerts import tell
from services.alert.matching import Matched, NotMatched, match
from services.alert.measure import Folded, found
from services.alert.objects import Subscription
from tests.alert.reports import LATER, control, pact, report, sanction


def alert_about(detection: Detection, alert_type: AlertType = AlertType.OPENED, **update: Any) -> Alert:
    """Return an alert about a measure with this one report."""
    alert = tell(Folded(found(detection, LATER), (), new_voice=True), alert_type, LATER)[1]
    return alert.model_copy(update=update)


def wanting(**lines: Any) -> Subscription:
    """Return a subscription with these lines, as YAML has them."""
    return Subscription.model_validate({"id": "team", "destinations": ["desk"], "match": lines})


GALLIUM = control(issuers="CN", goods="gallium", targets="US")
EVERYONE = control(issuers="CN", goods="rare-earths")
PACT = pact(issuers="US JP", goods="rare-earths")
EU = sanction(issuers="EU", targets="RU", entities=["Rosneft"])

HOLDS = [
    (GALLIUM, {}, "opened, confidence 0.80"),
    (GALLIUM, {"kinds": ["export_control", "supply_pact"]}, "kind export_control"),
    (GALLIUM, {"stages": ["adopted"]}, "stage adopted"),
    (GALLIUM, {"issuers": ["JP", "CN"]}, "issuer CN"),
    (GALLIUM, {"targets": ["US"]}, "target US"),
    (GALLIUM, {"commodities": ["gallium"]}, "good gallium"),
    (GALLIUM, {"commodities": ["critical-minerals"]}, "good gallium (critical-minerals)"),
    (GALLIUM, {"hs": ["81"]}, None),
    (GALLIUM, {"min_severity": "high"}, "severity high"),
    (GALLIUM, {"min_confidence": 0.8}, None),
    (EU, {"issuers": ["DE"]}, "issuer EU (DE)"),
    (EU, {"targets": ["RU"]}, "target RU"),
    (sanction(issuers="CN", targets="DE"), {"targets": ["EU"]}, "target DE (EU)"),
    (sanction(issuers="CN", targets="EU"), {"targets": ["DE"]}, "target EU (DE)"),
    (EVERYONE, {"targets": ["JP"]}, "no destination is named: it applies to all"),
    (PACT, {"targets": ["JP"]}, "party JP"),
]

FAILS = [
    (GALLIUM, {"kinds": ["sanction"]}, "kind export_control is not among sanction"),
    (GALLIUM, {"stages": ["eased", "ended"]}, "stage adopted is not among eased, ended"),
    (GALLIUM, {"issuers": ["US"]}, "no issuer among US"),
    (GALLIUM, {"targets": ["JP"]}, "no target among JP"),
    (GALLIUM, {"commodities": ["food"]}, "no good among food"),
    (GALLIUM, {"hs": ["10"]}, "no HS among 10"),
    (GALLIUM, {"min_severity": "critical"}, "severity high is below critical"),
    (GALLIUM, {"min_confidence": 0.9}, "confidence 0.80 is below 0.90"),
    (GALLIUM, {"types": ["updated"]}, "opened is not among the types"),
    (sanction(issuers="DE", targets="RU"), {"issuers": ["EU"]}, "no issuer among EU"),
    (sanction(issuers="UN", targets="KP"), {"issuers": ["DE"]}, "no issuer among DE"),
    (sanction(issuers="US"), {"targets": ["RU"]}, "no target among RU"),
    (PACT, {"targets": ["KR"]}, "no party among KR"),
    (control(issuers="CN", targets="US"), {"commodities": ["gallium"]}, "no good among gallium"),
    (control(issuers="CN", targets="US"), {"hs": ["81"]}, "no HS among 81"),
]


@pytest.mark.parametrize(("detection", "lines", "reason"), HOLDS)
def test_a_line_that_holds_says_by_what(detection: Detection, lines: dict[str, Any], reason: str | None) -> None:
    """The reason names the fact that met the line, and the wanted value where it is another one."""
    result = match(alert_about(detection), wanting(**lines))
    assert isinstance(result, Matched)
    assert reason is None or reason in result.because


@pytest.mark.parametrize(("detection", "lines", "reason"), FAILS)
def test_the_first_line_that_fails_says_why(detection: Detection, lines: dict[str, Any], reason: str) -> None:
    """What is not sent has a reason too."""
    assert match(alert_about(detection), wanting(**lines)) == NotMatched(reason)


def test_every_line_must_hold() -> None:
    """One line that fails is enough, whatever else holds."""
    lines = {"kinds": ["export_control"], "issuers": ["CN"], "commodities": ["gallium"], "targets": ["JP"]}
    assert match(alert_about(GALLIUM), wanting(**lines)) == NotMatched("no target among JP")


def test_hs_codes_meet_at_any_depth() -> None:
    """A chapter matches a subheading in it, and a subheading the heading that a good is listed under."""
    code = next(code for good in alert_about(GALLIUM).measure.commodities for code in good.hs)
    for wanted in (code[:2], code[:4], f"{code[:4]}.{(code + '00')[4:6]}"):
        assert isinstance(match(alert_about(GALLIUM), wanting(hs=[wanted])), Matched)


def corroborated(before: float, after: float) -> Alert:
    """Return a corroboration that lifts confidence from one value to another."""
    changes = (Change(field="confidence", before=before, after=after),)
    return alert_about(
        pact(issuers="US JP", confidence=after), AlertType.CORROBORATED, type=AlertType.CORROBORATED, changes=changes
    )


def test_a_corroboration_is_for_those_who_ask() -> None:
    """By default a further source is not told."""
    assert isinstance(match(corroborated(0.8, 0.88), wanting()), NotMatched)
    assert isinstance(match(corroborated(0.8, 0.88), wanting(types=["corroborated"])), Matched)


def test_the_corroboration_that_passes_the_line_stands_for_opened() -> None:
    """Who asked for 0.85 hears of a measure once it is that sure, and only once."""
    line = wanting(min_confidence=0.85)
    assert match(corroborated(0.8, 0.88), line) == Matched(
        ("confidence rose from 0.80 to 0.88, past your line of 0.85",)
    )
    assert isinstance(match(corroborated(0.88, 0.9), line), NotMatched)
    assert isinstance(match(corroborated(0.8, 0.84), line), NotMatched)


lists = {
    "kinds": st.lists(st.sampled_from(["export_control", "sanction", "supply_pact"]), max_size=3),
    "stages": st.lists(st.sampled_from(["proposed", "adopted", "eased"]), max_size=3),
    "issuers": st.lists(st.sampled_from(["CN", "US", "EU", "DE"]), max_size=3),
    "targets": st.lists(st.sampled_from(["RU", "US", "JP"]), max_size=3),
    "commodities": st.lists(st.sampled_from(["gallium", "energy", "critical-minerals"]), max_size=3),
    "hs": st.lists(st.sampled_from(["81", "27", "8112"]), max_size=3),
}
reports = st.builds(
    report,
    st.sampled_from(["export_control", "sanction", "supply_pact"]),
    st.sampled_from(["proposed", "adopted", "eased"]),
    issuers=st.sampled_from(["CN", "US JP", "EU", "DE"]),
    targets=st.sampled_from(["", "US", "RU JP"]),
    goods=st.sampled_from(["", "gallium", "lng rare-earths"]),
)


@given(reports, st.fixed_dictionaries(lists), st.sampled_from(list(lists)), st.data())
def test_a_longer_list_never_matches_less(
    detection: Detection, lines: dict[str, list[str]], name: str, data: st.DataObject
) -> None:
    """Matching is monotone: a value more in a list that is given can only let more through."""
    if not lines[name]:
        return
    wider = lines | {name: lines[name] + data.draw(lists[name])}
    if isinstance(match(alert_about(detection), wanting(**lines)), Matched):
        assert isinstance(match(alert_about(detection), wanting(**wider)), Matched)


@given(reports, st.fixed_dictionaries(lists), st.sampled_from(list(lists)))
def test_a_line_less_never_matches_less(detection: Detection, lines: dict[str, list[str]], name: str) -> None:
    """A subscription without a line lets through all that it let through with it."""
    if isinstance(match(alert_about(detection), wanting(**lines)), Matched):
        assert isinstance(match(alert_about(detection), wanting(**(lines | {name: []}))), Matched)


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ({"schedule": {"digest": "daily", "at": "07:30"}}, "digests are not available yet"),
        ({"match": {"isuers": ["CN"]}}, "isuers"),
        ({"match": {"hs": ["850"]}}, "hs"),
        ({"destinations": []}, "destinations"),
    ],
)
def test_a_subscription_that_asks_for_what_there_is_not_is_refused(lines: dict[str, Any], complaint: str) -> None:
    """What would be silently ignored is refused with a line that says what to write."""
    with pytest.raises(ValidationError, match=complaint):
        Subscription.model_validate({"id": "team", "destinations": ["desk"]} | lines)
