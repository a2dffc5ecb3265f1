"""How much a measure matters, and why."""

from datetime import date

import pytest

from schemas.alert import Severity
from schemas.commodities import commodities
from schemas.countries import is_code
from schemas.detection import Detection
from services.alert.measure import found
from services.alert.severity import severity
from services.alert.shares import SUPPLY, largest_share
from tests.alert.reports import LATER, control, pact, sanction

TODAY = date(2025, 11, 1)
CASES = [
    (control(issuers="CN", goods="rare-earths", effective_on=date(2025, 12, 1)), Severity.CRITICAL),
    (control(issuers="CN", goods="rare-earths"), Severity.CRITICAL),
    (control(issuers="AU", goods="rare-earths"), Severity.HIGH),
    (control(issuers="IN", goods="rice"), Severity.HIGH),
    (control(issuers="ID", goods="nickel", effective_on=date(2025, 11, 20)), Severity.CRITICAL),
    (sanction(issuers="EU", targets="RU", goods="palladium"), Severity.HIGH),
    (sanction(issuers="US", targets="VE", goods="crude-oil"), Severity.MEDIUM),
    (control(issuers="CN", goods="gallium", targets="US"), Severity.HIGH),
    (control(issuers="IN", goods="wheat"), Severity.HIGH),
    (control(issuers="US", targets="CN"), Severity.MEDIUM),
    (control("proposed", issuers="CN", goods="rare-earths"), Severity.HIGH),
    (control("proposed", issuers="ID", goods="bauxite", targets="CN"), Severity.LOW),
    (control("eased", issuers="CN", goods="rare-earths", targets="US"), Severity.MEDIUM),
    (sanction("eased", issuers="US", targets="SY"), Severity.LOW),
    (sanction(issuers="US", targets="RU", goods="crude-oil"), Severity.HIGH),
    (sanction(issuers="US", targets="IR"), Severity.MEDIUM),
    (sanction(issuers="GB", targets="RU BY CN RS TR AE UZ"), Severity.HIGH),
    (pact(issuers="US JP", goods="rare-earths"), Severity.MEDIUM),
    (pact("proposed", issuers="RU US", goods="rare-earths"), Severity.LOW),
]


@pytest.mark.parametrize(("detection", "level"), CASES)
def test_the_level_follows_from_the_facts(detection: Detection, level: Severity) -> None:
    """Stage, breadth, goods and the date make the level."""
    assert severity(found(detection, LATER), TODAY)[0] is level


def test_the_reasons_can_be_read_aloud() -> None:
    """Each reason has its points, the weightiest first."""
    measure = found(control(issuers="CN", goods="rare-earths", effective_on=date(2025, 12, 1)), LATER)
    assert severity(measure, TODAY)[1] == (
        "adopted (+3)",
        "69% of the world's rare earths from China (mine production, USGS Mineral Commodity Summaries 2025, 2024) (+2)",
        "applies to all destinations (+1)",
        "takes effect within 30 days (+1)",
    )


def test_a_date_that_has_passed_or_lies_far_off_adds_nothing() -> None:
    """Only what is near presses."""
    for day in (date(2025, 10, 1), date(2026, 10, 1)):
        measure = found(control(issuers="CN", goods="rare-earths", effective_on=day), LATER)
        assert "takes effect" not in " ".join(severity(measure, TODAY)[1])


def test_every_share_has_its_good_country_source_and_year() -> None:
    """The table names goods of the taxonomy and known countries, and no good is supplied more than once over."""
    for good, supply in SUPPLY.items():
        assert good in commodities()
        assert all(is_code(code) for code in supply.shares)
        assert supply.source
        assert 2015 <= supply.year <= 2026
        assert 0 < sum(supply.shares.values()) <= 100


SHARES = [
    (("gallium",), ("CN",), ("gallium", 99)),
    (("gallium", "tin"), ("CN",), ("gallium", 99)),  # the scarcest of several goods
    (("potash",), ("RU", "BY"), ("potash", 34)),  # issuers or targets together
    (("wheat",), ("EU",), ("wheat", 17)),  # a bloc's own share, where it has one
    (("cobalt",), ("NO",), ("cobalt", 0)),  # not among the large producers
    (("rice", "toys"), ("IN",), ("rice", 39)),
]


@pytest.mark.parametrize(("goods", "countries", "share"), SHARES)
def test_the_share_is_that_of_the_scarcest_good(
    goods: tuple[str, ...], countries: tuple[str, ...], share: tuple[str, int]
) -> None:
    """Of several goods the one counts of which these countries supply most."""
    found = largest_share(goods, countries)
    assert found is not None
    assert (found.good, found.percent) == share


def test_goods_without_a_known_share_say_nothing() -> None:
    """What the table does not hold is not held to be nobody's."""
    assert largest_share(("textiles",), ("CN",)) is None
