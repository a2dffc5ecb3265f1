"""Late, early, again: what the reports of one story make does not depend on the order in which they arrive."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.detection import Detection
from services.alert.replay import replay
from tests.alert.reports import control, pact, sanction

HOURS_72 = 3.0
LANGUAGES = ("en", "zh", "ar", "es", "ru")


def made(detections: Sequence[Detection]) -> set[tuple[Any, ...]]:
    """Return each measure with all that must not depend on the order of arrival."""
    records = replay((detection.article.id, [detection]) for detection in detections)
    return {
        (
            frozenset(record["articles"]),
            record["kind"],
            record["stage"],
            record["state"],
            tuple(record["issuers"]),
            record["confidence"],
            [alert["type"] for alert in record["alerts"]].count("opened"),
        )
        for record in records
    }


def facts(**told: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Give reports' facts: each is told in full or left out."""
    return st.fixed_dictionaries({name: st.sampled_from(["", value]) for name, value in told.items()})


@st.composite
def stories(draw: st.DrawFn) -> list[Detection]:
    """Give the reports of one export control within 72 hours: plan, decision, gaps, any confidence that is told."""
    count = draw(st.integers(2, 6))
    reports = []
    for number in range(count):
        day = draw(st.floats(0, HOURS_72))
        told = draw(facts(targets="US", goods="gallium germanium"))
        reports.append(
            control(
                "proposed"
                if day < draw(st.sampled_from([0.0, 1.0]))
                else draw(st.sampled_from(["adopted", "expanded"])),
                issuers="CN",
                language=LANGUAGES[number % len(LANGUAGES)],
                day=day,
                confidence=draw(st.floats(0.5, 1)),
                **told,
            )
        )
    return reports


@st.composite
def shuffled(draw: st.DrawFn, story: st.SearchStrategy[list[Detection]]) -> tuple[list[Detection], list[Detection]]:
    """Give a story and the same reports in another order."""
    reports = draw(story)
    return reports, draw(st.permutations(reports))


@given(shuffled(stories()))
@settings(max_examples=300, deadline=None)
def test_a_story_is_one_measure_of_one_life_in_any_order(orders: tuple[list[Detection], list[Detection]]) -> None:
    """Reports within 72 hours, in any order: one measure, one `opened`, the same stage and confidence."""
    one, other = map(made, orders)
    assert len(one) == 1
    assert one == other


@st.composite
def crowds(draw: st.DrawFn) -> list[Detection]:
    """Give the reports of four acts of the same days: two packages, a pact, and another issuer's control."""
    reports = []
    for number in range(draw(st.integers(4, 8))):
        day, language = draw(st.floats(0, HOURS_72)), LANGUAGES[number % len(LANGUAGES)]
        common: dict[str, Any] = {"day": day, "language": language}
        reports.append(
            [
                sanction(
                    issuers="EU",
                    targets="RU",
                    instrument=draw(st.sampled_from(["18th package", "18-й пакет"])),
                    **common,
                ),
                sanction(
                    issuers="EU",
                    targets="RU",
                    instrument=draw(st.sampled_from(["19e paquet", "第十九轮制裁"])),
                    **common,
                ),
                pact(issuers="US JP", **draw(facts(goods="rare-earths")), **common),
                control(issuers="NL", **draw(facts(goods="semiconductor-equipment")), **common),
            ][number % 4]
        )
    return reports


@given(shuffled(crowds()))
@settings(max_examples=200, deadline=None)
def test_stories_of_the_same_days_stay_apart_in_any_order(orders: tuple[list[Detection], list[Detection]]) -> None:
    """Four acts told at once: four measures, whichever report comes first."""
    one, other = map(made, orders)
    assert len(one) == 4
    assert one == other


@given(shuffled(stories()))
@settings(max_examples=50, deadline=None)
def test_what_comes_again_changes_nothing(orders: tuple[list[Detection], list[Detection]]) -> None:
    """A replay of all of it, in another order, adds no report, no measure and no alert."""
    once, again = orders
    first = replay((detection.article.id, [detection]) for detection in once)
    both = replay((detection.article.id, [detection]) for detection in [*once, *again])
    assert both == first
