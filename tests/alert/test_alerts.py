"""Which alert a change deserves, and what it says."""

import pytest

from schemas.alert import Alert, AlertType
from schemas.detection import Detection
from services.alert.alerts import decide, public, tell
from services.alert.known import KnownMeasure
from services.alert.measure import Folded, fold, found
from tests.alert.reports import LATER, control, measure_of, pact, sanction


def told_types(*detections: Detection) -> list[str]:
    """Return the alerts that these reports of one measure bring, in order."""
    measure: KnownMeasure | None = None
    types: list[str] = []
    for detection in detections:
        folded = fold(measure, detection, LATER) if measure else Folded(found(detection, LATER), (), new_voice=True)
        measure, alert_type = folded.measure, decide(folded)
        if alert_type:
            measure, _alert = tell(folded, alert_type, LATER)
            types.append(alert_type.value)
    return types


LIVES = {
    "one report": ([pact(issuers="US JP")], ["opened"]),
    "not believed": ([pact(issuers="US JP", confidence=0.49)], []),
    "believed with the second": ([pact(issuers="US JP", confidence=0.45) for _ in range(2)], ["opened"]),
    "a second paper": ([pact(issuers="US JP") for _ in range(2)], ["opened", "corroborated"]),
    "the same paper again": ([pact(issuers="US JP", source="herald") for _ in range(3)], ["opened"]),
    "the same article again": ([pact(issuers="US JP", article="a", source="herald") for _ in range(3)], ["opened"]),
    "forty papers": (
        [pact(issuers="US JP") for _ in range(40)],
        ["opened", *["corroborated"] * 5],  # at 2, 3, 5, 10 and 20 sources
    ),
    "a new stage and a new target at once": (
        [control(issuers="CN", goods="gallium"), control("ended", issuers="CN", goods="gallium", targets="US", day=30)],
        ["opened", "stage_changed"],
    ),
    "a new fact": ([control(issuers="CN"), control(issuers="CN", targets="US")], ["opened", "updated"]),
    "a change before it is believed is part of opened": (
        [
            sanction("proposed", issuers="EU", targets="RU", confidence=0.3),
            sanction("adopted", issuers="EU", targets="RU", confidence=0.9, day=1),
        ],
        ["opened"],
    ),
    "a late report of an earlier stage": (
        [sanction(issuers="EU", targets="RU"), sanction("proposed", issuers="EU", targets="RU", day=-3)],
        ["opened", "corroborated"],
    ),
}


@pytest.mark.parametrize("name", LIVES)
def test_one_alert_per_change(name: str) -> None:
    """Each change is told once, as what it is; echoes are not told at all."""
    reports, types = LIVES[name]
    assert told_types(*reports) == types


def alert_of(measure: KnownMeasure, detection: Detection) -> Alert:
    """Return the alert that a report brings to a measure."""
    folded = fold(measure, detection, LATER)
    alert_type = decide(folded)
    assert alert_type is not None
    return tell(folded, alert_type, LATER)[1]


def test_an_alert_says_what_changed_and_how_sure_it_is_now() -> None:
    """Stage before and after, the number of sources, and confidence since it was last told."""
    measure, opened = tell(
        Folded(found(sanction("proposed", issuers="EU", targets="RU"), LATER), (), new_voice=True),
        AlertType.OPENED,
        LATER,
    )
    alert = alert_of(measure, sanction(issuers="EU", targets="RU", day=2))
    assert opened.changes == ()
    assert [(c.field, c.before, c.after) for c in alert.changes] == [
        ("stage", "proposed", "adopted"),
        ("sources", 1, 2),
        ("confidence", 0.8, 0.88),
    ]


def test_ids_are_made_from_measure_version_and_type_alone() -> None:
    """The same change has the same id on every machine and at every time."""
    detection = pact(issuers="US JP", article="a", source="herald")
    folded = Folded(found(detection, LATER), (), new_voice=True)
    _, one = tell(folded, AlertType.OPENED, LATER)
    _, other = tell(folded, AlertType.OPENED, LATER.replace(year=2030))
    assert one.id == other.id == Alert.id_for(folded.measure.id, 1, AlertType.OPENED)


def test_evidence_is_one_quote_a_source_oldest_first() -> None:
    """Each independent source speaks once, with its own words."""
    measure = measure_of(
        pact(issuers="US JP", source="herald", quote="second", day=1),
        pact(issuers="US JP", source="herald", quote="third", day=2),
        pact(issuers="US JP", source="tribune", quote="first", day=0, language="ja"),
    )
    alert = alert_of(measure, pact(issuers="US JP", source="post", quote="fourth", day=3))
    assert [(q.source, q.quote) for q in alert.evidence] == [
        ("Tribune", "first"),
        ("Herald", "second"),
        ("Post", "fourth"),
    ]
    assert alert.evidence[0].language == "ja"


def test_the_public_measure_names_goods_with_their_codes() -> None:
    """A reader gets HS codes, and the sources oldest first."""
    measure = public(
        measure_of(control(issuers="CN", goods="gallium", day=2), control(issuers="CN", goods="gallium", day=1))
    )
    assert measure.commodities[0].id == "gallium"
    assert measure.commodities[0].hs
    assert [s.published_at for s in measure.sources] == sorted(
        s.published_at for s in measure.sources if s.published_at
    )


def test_an_alert_of_a_much_reported_measure_stays_small() -> None:
    """A hundred sources with long quotes fit below 40 KB, so that every channel can carry it."""
    measure = measure_of(*(pact(issuers="US JP", quote="q" * 900) for _ in range(99)))
    alert = alert_of(measure.model_copy(update={"told": True}), pact(issuers="US JP"))
    assert len(alert.model_dump_json()) < 40_000
