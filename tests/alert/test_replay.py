"""What the service would have done with a list of detections, in order."""

import json
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.detection import Detection
from services.alert.objects import Match, Subscription
from services.alert.replay import replay
from tests.alert.reports import control, pact, sanction

AR = pact(
    issuers="US JP", goods="critical-minerals rare-earths", language="ar", article="ar", told="issuer:US issuer:JP"
)
EN = pact(issuers="US JP", goods="critical-minerals rare-earths", day=1, article="en", told="issuer:US issuer:JP")
FA = pact(issuers="US JP", goods="rare-earths", day=0.2, language="fa", article="fa", told="issuer:US issuer:JP")
OFFER = pact(
    "proposed", issuers="RU US", goods="rare-earths aluminium", article="offer", told="issuer:RU issuer:US", day=-240
)
PLAN = pact(issuers="US JP EU", goods="critical-minerals", article="plan", day=99)
TEASER = control(issuers="CN", targets="JP", goods="rare-earths", article="plan", source="plan", day=99)
FIVE = {"ar": [AR], "en": [EN], "fa": [FA], "offer": [OFFER], "plan": [PLAN, TEASER]}


def test_the_five_first_articles_in_every_order() -> None:
    """All 120 orders: the same measures, one `opened` alert each, corroborations of the pact after it."""
    wanted = {frozenset({"ar", "en", "fa"}), frozenset({"offer"}), frozenset({"plan"})}
    for order in permutations(FIVE):
        records = replay((name, FIVE[name]) for name in order)
        assert {frozenset(record["articles"]) for record in records} == wanted
        assert len(records) == 4
        for record in records:
            types = [alert["type"] for alert in record["alerts"]]
            assert types == ["opened"] + ["corroborated"] * (len(record["articles"]) - 1)


def test_reading_everything_twice_adds_nothing() -> None:
    """A detection that was read before is passed over."""
    once = replay(FIVE.items())
    assert replay([*FIVE.items(), *FIVE.items()]) == once


def test_a_record_is_json_with_the_promised_fields() -> None:
    """What `backtest` prints: facts, articles, history with reasons, alerts."""
    (record,) = replay([("ar", [AR]), ("fa", [FA])])
    assert json.loads(json.dumps(record)) == record
    assert set(record) >= {"id", "kind", "stage", "issuers", "targets", "commodities", "articles", "history", "alerts"}
    assert (record["kind"], record["stage"], record["issuers"]) == ("supply_pact", "adopted", ["JP", "US"])
    assert record["articles"] == ["ar", "fa"]
    assert [entry["article"] for entry in record["history"]] == ["ar", "fa"]
    assert record["history"][1]["because"][0] == "same parties: JP, US (+4)"
    assert record["alerts"][0]["headline"].startswith("The United States and Japan sign a supply pact on")


def test_a_subscription_leaves_only_what_it_would_have_been_sent() -> None:
    """Measures are all listed; alerts only those that match, each with its reasons."""
    wanted = Subscription(id="team", destinations=("desk",), match=Match(issuers=("JP",)))
    records = replay(FIVE.items(), wanted)
    sent = {tuple(record["issuers"]): [alert["because"] for alert in record["alerts"]] for record in records}
    assert sent[("JP", "US")] == [["opened, confidence 0.80", "issuer JP"]]
    assert sent[("RU", "US")] == []


def test_a_life_is_printed_with_its_alerts() -> None:
    """Proposed, adopted, suspended: three stages, three alerts, one measure."""
    life = [
        control("proposed", issuers="CN", targets="US", goods="gallium germanium", day=-400, article="a"),
        control("adopted", issuers="CN", targets="US", goods="gallium germanium", day=-330, article="b"),
        control("eased", issuers="CN", targets="US", goods="gallium germanium", day=10, article="c"),
    ]
    (record,) = replay((detection.article.id, [detection]) for detection in life)
    assert [alert["type"] for alert in record["alerts"]] == ["opened", "stage_changed", "stage_changed"]
    assert record["stage"] == "eased"
    assert [alert["severity"] for alert in record["alerts"]] == ["medium", "high", "medium"]


def test_when_it_was_fetched_says_nothing() -> None:
    """A file of old news read today is compared by what it says of itself."""
    fetched_today = pact(issuers="US JP", goods="lng", day=None)
    article = fetched_today.article.model_copy(update={"fetched_at": AR.article.published_at})
    (record,) = replay([("x", [fetched_today.model_copy(update={"article": article})])])
    assert record["articles"] == ["x"]
    assert record["history"][0]["at"].startswith("1970")


reports = st.builds(
    pact,
    issuers=st.just("US JP"),
    goods=st.sampled_from(["", "rare-earths", "critical-minerals", "rare-earths critical-minerals"]),
    day=st.floats(0, 2.9),
    confidence=st.floats(0.5, 1),
)


@given(st.lists(reports, min_size=1, max_size=4))
@settings(max_examples=60)
def test_few_reports_of_one_act_are_one_measure_in_any_order(detections: list[Detection]) -> None:
    """Reports of one pact within three days, whichever goods each names: one measure, one `opened`, in any order."""
    for order in permutations(detections):
        (record,) = replay((detection.article.id, [detection]) for detection in order)
        assert set(record["articles"]) == {detection.article.id for detection in detections}
        assert [alert["type"] for alert in record["alerts"]].count("opened") == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_ids_depend_on_the_founding_report_alone(order: tuple[int, ...]) -> None:
    """The same first report opens a measure of the same id, whatever follows."""
    detections = [sanction(issuers="EU", targets="RU", article=f"a{i}", source=f"s{i}", day=i * 0.1) for i in range(3)]
    ids = {replay([(detections[order[0]].article.id, [detections[order[0]]])])[0]["id"]}
    ids.add(replay((detections[i].article.id, [detections[i]]) for i in order)[0]["id"])
    assert len(ids) == 1
