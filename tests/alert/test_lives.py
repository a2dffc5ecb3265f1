"""Ten real lives: which measures their reports make, how these stand to each other, and what is told when."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from schemas.detection import Detection
from schemas.measure import RelationType, State
from services.alert.lives import state_of
from services.alert.relations import relate
from services.alert.replay import replay
from tests.alert.lives import LIVES
from tests.alert.reports import DAY0, control, measure_of, pact, sanction

HISTORIES = {
    "gallium and germanium 2023 to 2025": """
1. eased after 5 reports
   2023-07-03 opened: China imposes export controls on gallium and germanium (Announcement No. 23 of 2023)
   2023-09-21 stage_changed: China eases export controls on gallium and germanium (Announcement No. 23 of 2023)
2. expanded after 1 reports
   2024-12-02 opened: The United States expands export controls on semiconductors to China
3. suspended after 6 reports; retaliates_for 2
   2024-12-03 opened: China imposes export controls on antimony, gallium and germanium to the United States
   2025-11-09 stage_changed: China suspends export controls on antimony, gallium and germanium to the United States
""",
    "cobalt from ban to quotas 2025": """
1. ended after 6 reports
   2025-02-24 opened: The Democratic Republic of the Congo imposes export controls on cobalt
   2025-06-21 stage_changed: The Democratic Republic of the Congo expands export controls on cobalt
   2025-09-21 stage_changed: The Democratic Republic of the Congo lifts export controls on cobalt
2. adopted after 2 reports; replaces 1
   2025-09-21 opened: The Democratic Republic of the Congo imposes export controls on cobalt
""",
    "Indian rice 2022 to 2024": """
1. adopted after 2 reports
   2022-09-08 opened: India imposes export controls on rice
2. ended after 5 reports
   2023-07-20 opened: India imposes export controls on rice
   2024-09-28 stage_changed: India lifts export controls on rice
""",
    "the European packages 12 to 19": """
1. adopted after 2 reports
   2023-12-18 opened: The European Union imposes sanctions on Russia (12th package)
2. adopted after 2 reports; amends 1
   2024-02-23 opened: The European Union imposes sanctions on Russia
3. adopted after 2 reports; amends 2
   2024-06-24 opened: The European Union imposes sanctions on Russia (vierzehntes Sanktionspaket)
4. adopted after 2 reports; amends 3
   2024-12-16 opened: The European Union imposes sanctions on Russia
5. adopted after 2 reports; amends 4
   2025-02-24 opened: The European Union imposes sanctions on Russia (decimosexto paquete)
6. adopted after 2 reports; amends 5
   2025-05-20 opened: The European Union imposes sanctions on Russia
7. adopted after 4 reports; amends 6
   2025-06-10 opened: The European Union proposes sanctions on Russia (18th package)
   2025-07-18 stage_changed: The European Union imposes sanctions on Russia (18th package)
8. adopted after 4 reports; amends 7
   2025-09-19 opened: The European Union proposes sanctions on Russia
   2025-10-23 stage_changed: The European Union imposes sanctions on Russia
""",
    "the minerals pact of the United States and Ukraine 2025": """
1. adopted after 8 reports
   2025-02-25 opened: Ukraine proposes a supply pact with the United States on critical minerals
   2025-04-30 stage_changed: Ukraine and the United States sign a supply pact on critical minerals
""",
    "Syria 2025": """
1. ended after 4 reports
   2025-02-24 opened: The European Union suspends sanctions on Syria
   2025-05-20 stage_changed: The European Union lifts sanctions on Syria
2. ended after 6 reports
   2025-05-13 opened: The United States eases sanctions on Syria
   2025-05-23 updated: The United States eases sanctions on Syria (General License 25)
   2025-06-30 stage_changed: The United States lifts sanctions on Syria (General License 25)
""",
    "Indonesian nickel ore 2014 to 2020": """
1. eased after 4 reports
   2014-01-12 opened: Indonesia imposes export controls on nickel
   2017-01-12 stage_changed: Indonesia eases export controls on nickel
2. expanded after 4 reports
   2019-09-02 opened: Indonesia imposes export controls on nickel
   2019-10-28 stage_changed: Indonesia expands export controls on nickel
""",
    "the Dutch rules on lithography 2023 to 2025": """
1. expanded after 8 reports
   2023-03-08 opened: The Netherlands proposes export controls on semiconductor equipment
   2023-06-30 stage_changed: The Netherlands imposes export controls on semiconductor equipment
   2024-09-06 stage_changed: The Netherlands expands export controls on semiconductor equipment
   2025-01-15 stage_changed: The Netherlands expands export controls on semiconductor equipment
""",
    "the Iran snapback 2025": """
1. proposed after 2 reports
   2025-08-28 opened: Germany, France and the United Kingdom propose sanctions on Iran
2. adopted after 3 reports
   2025-09-28 opened: The United Nations imposes sanctions on Iran
3. adopted after 2 reports; implements 2
   2025-09-29 opened: The European Union imposes sanctions on Iran
""",
    "the strategic items of Korea 2023 to 2024": """
1. expanded after 6 reports
   2023-12-26 opened: South Korea proposes controls on exports to Belarus and Russia
   2024-02-20 stage_changed: South Korea imposes controls on exports to Belarus and Russia
   2024-08-30 stage_changed: South Korea expands controls on exports to Belarus and Russia
""",
}


def written(detections: Sequence[Detection]) -> str:
    """Return the measures that these reports make, numbered, with what was told of each and when."""
    records = replay((detection.article.id, [detection]) for detection in detections)
    numbers = {record["id"]: number for number, record in enumerate(records, start=1)}
    return "\n".join(line for record in records for line in _lines(record, numbers))


def _lines(record: dict[str, Any], numbers: dict[str, int]) -> list[str]:
    relations = [f"; {one['type']} {numbers[one['measure_id']]}" for one in record["relations"]]
    first = f"{numbers[record['id']]}. {record['state']} after {len(record['articles'])} reports{''.join(relations)}"
    told = [alert for alert in record["alerts"] if alert["type"] != "corroborated"]
    return [first, *(f"   {alert['at'][:10]} {alert['type']}: {alert['headline']}" for alert in told)]


@pytest.mark.parametrize("life", LIVES)
def test_a_real_life_is_told_step_by_step(life: str) -> None:
    """Each act is one measure, each step of it one alert, and an anniversary or an echo none."""
    assert written(LIVES[life]) == HISTORIES[life].strip()


STATES = {
    "a plan": ([control("proposed", issuers="PH", goods="nickel")], State.PROPOSED),
    "a plan that was given up": (
        [
            control("proposed", issuers="PH", goods="nickel"),
            control("ended", issuers="PH", goods="nickel", day=90, quote="lawmakers scrap the plan to ban ore exports"),
        ],
        State.WITHDRAWN,
    ),
    "a plan to lift, and the lifting": (
        [
            sanction("proposed", issuers="US", targets="SY"),
            sanction("ended", issuers="US", targets="SY", day=1, quote="sanctions were lifted"),
        ],
        State.ENDED,
    ),
    "what stood cannot be withdrawn": (
        [
            control("proposed", issuers="PH", goods="nickel"),
            control(issuers="PH", goods="nickel", day=10),
            control("ended", issuers="PH", goods="nickel", day=90, quote="Manila scraps its export ban"),
        ],
        State.ENDED,
    ),
    "decided, the day still to come": ([control(issuers="NL", effective_on=date(2026, 9, 1))], State.ADOPTED),
    "decided, the day has come": ([control(issuers="NL", effective_on=date(2025, 9, 1))], State.IN_FORCE),
    "suspended in a source's own words": (
        [
            control(issuers="CN", goods="gallium"),
            control("eased", issuers="CN", goods="gallium", day=40, quote="приостановил запрет"),
        ],
        State.SUSPENDED,
    ),
    "eased in some other way": (
        [control("eased", issuers="CN", goods="gallium", quote="licences granted")],
        State.EASED,
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_the_state_is_finer_than_the_stage(name: str) -> None:
    """In force, suspended and withdrawn follow from dates and from the sources' own words."""
    reports, state = STATES[name]
    assert state_of(measure_of(*reports), date(2026, 3, 1)) is state


RELATED: dict[str, tuple[Detection, Detection, RelationType | None]] = {
    "a later package": (
        sanction(issuers="EU", targets="RU", instrument="12th package"),
        sanction(issuers="EU", targets="RU", instrument="treizième paquet", day=67),
        RelationType.AMENDS,
    ),
    "an earlier package, reported late": (
        sanction(issuers="EU", targets="RU", instrument="13th package"),
        sanction(issuers="EU", targets="RU", instrument="12th package", day=1),
        None,
    ),
    "a package on another country": (
        sanction(issuers="EU", targets="BY", instrument="4th package"),
        sanction(issuers="EU", targets="RU", instrument="5th package", day=20),
        None,
    ),
    "a later announcement on other goods": (
        control(issuers="CN", goods="gallium", instrument="Announcement No. 23"),
        control(issuers="CN", goods="graphite", instrument="Announcement No. 39", day=100),
        None,
    ),
    "quotas for a ban": (
        control("ended", issuers="CD", goods="cobalt"),
        control(issuers="CD", goods="cobalt", day=25),
        RelationType.REPLACES,
    ),
    "a new ban long after": (
        control("ended", issuers="CD", goods="cobalt"),
        control(issuers="CD", goods="cobalt", day=90),
        None,
    ),
    "an easing by an act of its own": (
        sanction(issuers="US", targets="VE", goods="crude-oil", entities=["PDVSA"]),
        sanction("eased", issuers="US", targets="VE", goods="crude-oil", entities=["Chevron"], day=90),
        RelationType.SUSPENDS,
    ),
    "an answer, and called so": (
        control(issuers="US", targets="CN", goods="semiconductors"),
        control(issuers="CN", targets="US", goods="gallium", day=1, quote="作为反制措施"),
        RelationType.RETALIATES_FOR,
    ),
    "an answer that nobody calls so": (
        control(issuers="US", targets="CN", goods="semiconductors"),
        control(issuers="CN", targets="US", goods="gallium", day=1),
        None,
    ),
    "a bloc carries out what the United Nations decided": (
        sanction(issuers="UN", targets="IR"),
        sanction(issuers="EU", targets="IR", day=1),
        RelationType.IMPLEMENTS,
    ),
    "a member carries out what its bloc decided": (
        sanction(issuers="EU", targets="RU"),
        sanction(issuers="DE", targets="RU", day=3),
        RelationType.IMPLEMENTS,
    ),
    "a country that is no member": (
        sanction(issuers="EU", targets="RU"),
        sanction(issuers="GB", targets="RU", day=3),
        None,
    ),
    "two pacts": (pact(issuers="US JP", goods="lng"), pact(issuers="US AU", goods="lng", day=1), None),
}


@pytest.mark.parametrize("name", RELATED)
def test_a_new_measure_says_how_it_stands_to_an_earlier_one(name: str) -> None:
    """A relation needs facts of both, or a source's own word for it, and never the mere nearness of two acts."""
    earlier, later, type_ = RELATED[name]
    measure = measure_of(earlier)
    found = relate(later, [measure], later.article.published_at or DAY0)
    assert [(one.type, one.measure_id) for one in found] == ([(type_, measure.id)] if type_ else [])
    assert all(one.because for one in found)


def test_of_two_earlier_measures_the_nearer_one_is_named() -> None:
    """The 14th package amends the 13th, not the 12th."""
    packages = [
        sanction(issuers="EU", targets="RU", instrument=f"{n}th package", day=60 * (n - 14)) for n in (12, 13, 14)
    ]
    measures = [measure_of(package) for package in packages[:2]]
    for candidates in (measures, measures[::-1]):
        (found,) = relate(packages[2], candidates, packages[2].article.published_at or DAY0)
        assert (found.type, found.measure_id) == (RelationType.AMENDS, measures[1].id)
        assert found.because == "14th package follows 13th package"
