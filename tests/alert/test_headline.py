"""Headlines read as English sentences, whatever is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.detection import Detection, Kind, Stage
from services.alert.headline import headline
from services.alert.measure import found
from tests.alert.reports import LATER, control, measure_of, pact, report, sanction

HEADLINES = [
    # export controls
    (
        control(issuers="CN", goods="gallium", targets="US"),
        "China imposes export controls on gallium to the United States",
    ),
    (control(issuers="CN", goods="rare-earths"), "China imposes export controls on rare earths"),
    (control(issuers="US", targets="CN"), "The United States imposes controls on exports to China"),
    (control(issuers="US"), "The United States imposes export controls"),
    (
        control(issuers="US", targets="CN", entities=["Huawei", "SMIC"]),
        "The United States imposes controls on exports to Huawei and SMIC (China)",
    ),
    (control("proposed", issuers="ID", goods="nickel"), "Indonesia proposes export controls on nickel"),
    (control("expanded", issuers="CN", goods="rare-earths"), "China expands export controls on rare earths"),
    (control("ended", issuers="IN", goods="rice"), "India lifts export controls on rice"),
    (control("eased", issuers="CN", goods="gallium"), "China eases export controls on gallium"),
    (
        control(
            "eased",
            issuers="CN",
            goods="gallium germanium antimony",
            targets="US",
            quote="中国暂停对美出口禁令",
            told="commodity:gallium commodity:germanium commodity:antimony",
        ),
        "China suspends export controls on gallium, germanium and antimony to the United States",
    ),
    (control(goods="gallium", targets="US"), "Export controls on gallium to the United States are imposed"),
    (
        control(issuers="CN", goods="rare-earths", instrument="Announcement No. 61 of 2025"),
        "China imposes export controls on rare earths (Announcement No. 61 of 2025)",
    ),
    # sanctions
    (
        sanction(issuers="US", targets="RU", entities=["Rosneft", "Lukoil"]),
        "The United States sanctions Rosneft and Lukoil (Russia)",
    ),
    (
        sanction(issuers="US", targets="RU", entities=["Роснефти", "Лукойла"], goods="crude-oil"),
        "The United States imposes sanctions on Russia covering crude oil",
    ),
    (
        sanction(issuers="US", targets="RU", entities=["Роснефти", "Lukoil"]),
        "The United States sanctions Lukoil (Russia)",
    ),
    (sanction(issuers="US", entities=["Роснефти"]), "The United States sanctions Роснефти"),
    (sanction(issuers="US GB", entities=["Rosneft"]), "The United Kingdom and the United States sanction Rosneft"),
    (sanction(issuers="EU", targets="RU"), "The European Union imposes sanctions on Russia"),
    (
        sanction("proposed", issuers="EU", targets="RU", instrument="20th package"),
        "The European Union proposes sanctions on Russia (20th package)",
    ),
    (
        sanction("expanded", issuers="EU", targets="RU", goods="crude-oil"),
        "The European Union expands sanctions on Russia covering crude oil",
    ),
    (sanction("eased", issuers="US", targets="SY"), "The United States eases sanctions on Syria"),
    (sanction("ended", issuers="UN", targets="IR"), "The United Nations lifts sanctions on Iran"),
    (sanction("ended", targets="IR"), "Sanctions on Iran are lifted"),
    (sanction(issuers="US"), "The United States imposes sanctions"),
    (
        sanction("ended", issuers="US", targets="RU", entities=["Rusal"]),
        "The United States lifts sanctions on Rusal (Russia)",
    ),
    # pacts
    (
        pact(
            issuers="US JP",
            goods="rare-earths critical-minerals",
            told="issuer:US issuer:JP commodity:rare-earths commodity:critical-minerals",
        ),
        "The United States and Japan sign a supply pact on rare earths and critical minerals",
    ),
    (
        pact(
            "proposed",
            issuers="RU US",
            goods="rare-earths aluminium",
            told="issuer:RU issuer:US commodity:rare-earths commodity:aluminium",
        ),
        "Russia proposes a supply pact with the United States on rare earths and aluminium",
    ),
    (pact("proposed", issuers="DE"), "Germany proposes a supply pact"),
    (pact(issuers="JP", goods="lng"), "Japan signs a supply pact on LNG"),
    (pact("expanded", issuers="JP AU", goods="coal"), "Australia and Japan extend their supply pact on coal"),
    (pact("ended", issuers="RU", goods="grains"), "Russia ends its supply pact on grains"),
    (pact("eased", issuers="RU", quote="Russia suspends the deal"), "Russia suspends its supply pact"),
    (pact("ended", goods="grains", targets="UA"), "A supply pact on grains is ended"),
    (
        pact(issuers="RU TR UA UN", goods="grains"),
        "Russia, Turkey, Ukraine and the United Nations sign a supply pact on grains",
    ),
]


@pytest.mark.parametrize(("detection", "expected"), HEADLINES, ids=[text for _, text in HEADLINES])
def test_a_headline_says_who_does_what_to_whom(detection: Detection, expected: str) -> None:
    """Every kind, stage and gap reads as one correct sentence."""
    assert headline(found(detection, LATER)) == expected


def test_long_lists_are_shortened() -> None:
    """Many goods and targets still make a line that fits; the rest is counted."""
    measure = found(
        control(
            issuers="CN",
            goods="gallium germanium antimony tungsten tellurium bismuth molybdenum indium",
            targets="US JP KR DE FR NL",
        ),
        LATER,
    )
    assert len(headline(measure)) <= 120
    assert "more" in headline(measure)


def test_the_order_of_the_founding_text_is_kept() -> None:
    """Who is told first stands first, later reports change nothing."""
    measure = measure_of(
        pact(issuers="US JP", told="issuer:US issuer:JP"), pact(issuers="US JP", told="issuer:JP issuer:US")
    )
    assert headline(measure).startswith("The United States and Japan")


codes = st.lists(st.sampled_from(["US", "CN", "JP", "EU", "RU", "NL", "GB", "UN", "XX"]), max_size=9, unique=True)
goods = st.lists(st.sampled_from(["gallium", "rare-earths", "lng", "semiconductors", "wheat", "new-good"]), max_size=6)


@given(st.sampled_from(Kind), st.sampled_from(Stage), codes, codes, goods, st.lists(st.text(max_size=30), max_size=5))
def test_whatever_is_known_makes_one_line(  # noqa: PLR0913, PLR0917 - every fact there is
    kind: Kind, stage: Stage, issuers: list[str], targets: list[str], named: list[str], entities: list[str]
) -> None:
    """Every mixture of facts gives one line that begins with a capital and has no gap in it."""
    entities = [" ".join(name.split()) for name in entities if name.strip()]
    facts = {"issuers": " ".join(issuers), "targets": " ".join(targets), "goods": " ".join(named)}
    line = headline(found(report(kind.value, stage.value, entities=entities, **facts), LATER))  # type: ignore[arg-type]  # facts are texts
    assert line
    assert line[0] == line[0].upper()
    assert "  " not in line
    assert "\n" not in line
    assert not line.endswith((" on", " to", " with", " and"))
