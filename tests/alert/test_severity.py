"""How much a measure matters, and why."""

from datetime import date

import pytest

from schemas.alert import Severity
from schemas.detection import Detection
from services.alert.measure import found
from services.alert.severity import severity
from tests.alert.reports import LATER, control, pact, sanction

TODAY = date(2025, 11, 1)
CASES = [
    (control(issuers="CN", goods="rare-earths", effective_on=date(2025, 12, 1)), Severity.CRITICAL),
    (control(issuers="CN", goods="rare-earths"), Severity.HIGH),
    (control(issuers="CN", goods="gallium", targets="US"), Severity.HIGH),
    (control(issuers="IN", goods="wheat"), Severity.HIGH),
    (control(issuers="US", targets="CN"), Severity.MEDIUM),
    (control("proposed", issuers="CN", goods="rare-earths"), Severity.MEDIUM),
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
        "goods that few supply: rare-earths (+1)",
        "applies to all destinations (+1)",
        "takes effect within 30 days (+1)",
    )


def test_a_date_that_has_passed_or_lies_far_off_adds_nothing() -> None:
    """Only what is near presses."""
    for day in (date(2025, 10, 1), date(2026, 10, 1)):
        measure = found(control(issuers="CN", goods="rare-earths", effective_on=day), LATER)
        assert severity(measure, TODAY)[0] is Severity.HIGH
